select
    establishment_id,
    count(*) as total_campaigns,
    count(sent_at) as total_sent_campaigns,
    count(exported_at) as total_exported_campaigns,
    max(created_at) as last_campaign_created,
    min(created_at) as first_campaign_created,
    max(is_creation_gt_30_days) as is_creation_gt_30_days,
    max(is_creation_lt_30_days) as is_creation_lt_30_days
from {{ ref('int_production__campaigns') }}
where establishment_id is not null
group by establishment_id
