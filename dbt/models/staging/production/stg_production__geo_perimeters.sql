with source as (
    select * from {{ source('production', 'geo_perimeters') }}
)

select
    name,
    kind,
    establishment_id,
    id,
    created_at,
    created_by
from source
