with known as (
    select
        day,
        count_housing,
        count_campaigns
    from {{ ref('history_days') }}
    where dbt_valid_to is null
),

bounds as (
    select
        min(day) as first_day,
        max(day) as last_day
    from known
),

spine as (
    select cast(unnest(generate_series(first_day, last_day, interval 1 day)) as date) as day
    from bounds
)

select
    spine.day,
    known.day is not null as is_known,
    known.count_housing,
    known.count_campaigns,
    max(known.day) over (order by spine.day) as last_known_day
from spine
left join known on spine.day = known.day
