with housing as (
    select count(*) as count_housing from {{ ref('stg_production__housing') }}
),

campaigns as (
    select count(*) as count_campaigns from {{ ref('stg_production__campaigns') }}
)

select
    {{ as_of_day() }} as day,
    {{ snapshot_at() }} as snapshot_at,
    housing.count_housing,
    campaigns.count_campaigns
from housing
cross join campaigns
where {{ snapshot_at() }} is not null
