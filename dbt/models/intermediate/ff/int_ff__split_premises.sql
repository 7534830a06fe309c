{{ config(materialized='table') }}

-- premises of communes that split: the code each has last tells to which part it belongs
with split_codes as (
    select old_geo_code as geo_code from {{ ref('stg_external__scissions') }}
    union
    select new_geo_code as geo_code from {{ ref('stg_external__scissions') }}
)

select
    local_id,
    max(year) as last_year,
    max(struct_pack(year := year, geo_code := geo_code)).geo_code as geo_code
from {{ ref('int_ff__premises') }}
where local_id is not null and geo_code in (select split_codes.geo_code from split_codes)
group by local_id
