-- The last month of the history ends with its last known day: it counts every version that holds, once.
with last_month as (
    select max(month) as month from {{ ref('int_history__months') }}
),

counted as (
    select
        'housing' as what,
        sum(count_housing) as total,
        sum(count_housing_contacted) as part
    from {{ ref('marts_history_housing_status') }}
    where territory_level = 'france' and month = (select last_month.month from last_month)
    union all
    select
        'campaign' as what,
        sum(count_campaigns) as total,
        sum(housing_number_in_sent_campaigns) as part
    from {{ ref('marts_history_campaigns') }}
    where month = (select last_month.month from last_month)
),

held as (
    select
        'housing' as what,
        count(*) as total,
        count(*) filter (where sent_campaign_count > 0) as part
    from {{ ref('history_housing') }}
    where dbt_valid_to is null
    union all
    select
        'campaign' as what,
        count(*) as total,
        sum(housing_number_in_campaign) filter (where sent_at is not null) as part
    from {{ ref('history_campaigns') }}
    where dbt_valid_to is null
)

select
    held.what,
    held.total,
    counted.total as counted
from held
left join counted on held.what = counted.what
where
    held.total <> coalesce(counted.total, 0)
    or coalesce(held.part, 0) <> coalesce(counted.part, 0)
