{{ config(materialized='table') }}

select
    links.housing_geo_code,
    links.housing_id,
    count(*) as total_groups,
    min(groups.created_at) as first_group_created,
    max(groups.created_at) as last_group_created,
    min(groups.exported_at) as first_group_exported,
    max(groups.exported_at) as last_group_exported
from {{ ref('stg_production__groups_housing') }} as links
inner join {{ ref('stg_production__groups') }} as groups on links.group_id = groups.id
group by links.housing_geo_code, links.housing_id
