with source as (
    select * from {{ source('external', 'densite_2024') }}
)

select
    {{ padded_geo_code('codgeo') }} as geo_code,
    libgeo as label,
    dens7 as density_level,
    libdens7 as density_label
from source
