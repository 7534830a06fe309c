with source as (
    select * from {{ source('external', 'zonage_abc') }}
)

select
    {{ padded_geo_code('codgeo') }} as geo_code,
    libgeo as label,
    zone_abc as abc_zone
from source
