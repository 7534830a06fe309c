with source as (
    select * from {{ source('external', 'unites_urbaines_2024') }}
)

select
    {{ padded_geo_code('codgeo') }} as geo_code,
    libgeo as label,
    dep as department_code,
    reg as region_code,
    epci as epci_code,
    uu2020 as urban_unit_code,
    libuu2020 as urban_unit_label
from source
