with source as (
    select * from {{ source('external', 'departements') }}
)

select
    code_departement as department_code,
    nom_departement as department_label,
    code_region as region_code,
    nom_region as region_label
from source
