select
    establishment_id,
    count(*) as total_groups,
    count(exported_at) as total_exported_groups,
    max(created_at) as last_group_created,
    min(created_at) as first_group_created
from {{ ref('stg_production__groups') }}
where establishment_id is not null
group by establishment_id
