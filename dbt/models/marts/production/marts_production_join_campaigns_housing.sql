select
    campaign_id,
    housing_id,
    housing_geo_code
from {{ ref('stg_production__campaigns_housing') }}
