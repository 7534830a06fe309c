with users as (
    select
        establishment_id,
        activated_at,
        last_authenticated_at,
        date_diff('day', cast(last_authenticated_at as date), {{ as_of_day() }}) as days_away
    from {{ ref('stg_production__users') }}
    where deleted_at is null and establishment_id is not null
)

select
    establishment_id,
    count(*) as user_number,
    max(activated_at) as last_activated_at,
    min(activated_at) as first_activated_at,
    max(last_authenticated_at) as last_authenticated_at,
    coalesce(bool_or(days_away <= 30), false) as connected_last_30_days,
    coalesce(bool_or(days_away <= 60), false) as connected_last_60_days,
    coalesce(bool_or(days_away <= 90), false) as connected_last_90_days
from users
group by establishment_id
