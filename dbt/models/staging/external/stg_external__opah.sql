with source as (
    select * from {{ source('external', 'opah') }}
)

select
    {{ padded_geo_code('geo_code') }} as geo_code,
    -- not all deliveries number the programmes: a line is one then
    coalesce(programme_id, 'ligne ' || row_number() over (order by geo_code, type_programme)) as programme_id,
    type_programme as programme_type,
    libelle as label,
    date_debut as starts_on,
    date_fin as ends_on
from source
