with source as (
    select * from {{ source('external', 'admin_epci') }}
)

select
    nom as label,
    code as epci_code,
    codes_departements as department_codes,
    codes_regions as region_codes,
    population
from source
