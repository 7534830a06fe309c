select
    housing.geo_code as housing_geo_code,
    housing.id as housing_id,
    housing.status,
    housing.sub_status,
    housing.occupancy,
    housing.occupancy_intended,
    coalesce(campaigns.total_sent, 0) as sent_campaign_count
from {{ ref('stg_production__housing') }} as housing
left join {{ ref('int_production__housing_campaigns') }} as campaigns
    on housing.geo_code = campaigns.housing_geo_code and housing.id = campaigns.housing_id
