select
    label as nom,
    region_code as code
from {{ ref('stg_external__admin_regions') }}
