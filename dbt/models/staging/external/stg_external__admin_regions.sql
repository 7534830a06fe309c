with source as (
    select * from {{ source('external', 'admin_regions') }}
)

select
    nom as label,
    code as region_code
from source
