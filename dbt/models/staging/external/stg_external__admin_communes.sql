with source as (
    select * from {{ source('external', 'admin_communes') }}
)

select
    nom as label,
    {{ padded_geo_code('code') }} as geo_code,
    code_departement as department_code,
    siren,
    code_epci as epci_code,
    code_region as region_code,
    codes_postaux as postcodes,
    population
from source
