{{ config(materialized='table') }}

select
    links.housing_geo_code,
    links.housing_id,
    min(campaigns.created_at) as first_campaign_created,
    max(campaigns.created_at) as last_campaign_created,
    min(campaigns.sent_at) as first_campaign_sent,
    max(campaigns.sent_at) as last_campaign_sent,
    count(campaigns.validated_at) as total_validated,
    count(campaigns.confirmed_at) as total_confirmed,
    count(campaigns.sent_at) as total_sent
from {{ ref('stg_production__campaigns_housing') }} as links
inner join {{ ref('int_production__campaigns') }} as campaigns on links.campaign_id = campaigns.campaign_id
group by links.housing_geo_code, links.housing_id
