select
    label as nom,
    department_code as code,
    region_code as "codeRegion"
from {{ ref('stg_external__admin_departements') }}
