with source as (
    select * from {{ source('external', 'admin_departements') }}
)

select
    nom as label,
    code as department_code,
    code_region as region_code
from source
