with source as (
    select * from {{ source('production', 'campaigns_housing') }}
)

select
    campaign_id,
    housing_id,
    housing_geo_code
from source
