select
    group_id,
    housing_id,
    housing_geo_code
from {{ ref('stg_production__groups_housing') }}
