with campaigns as (
    select
        *,
        date_diff('day', cast(created_at as date), {{ as_of_day() }}) as age_in_days
    from {{ ref('stg_production__campaigns') }}
)

select
    id as campaign_id,
    establishment_id,
    created_at,
    validated_at,
    confirmed_at,
    exported_at,
    sent_at,
    cast(validated_at is not null as integer) as is_validated,
    cast(confirmed_at is not null as integer) as is_confirmed,
    cast(sent_at is not null as integer) as is_sent,
    coalesce(cast(sent_at is null and age_in_days > 30 as integer), 0) as is_creation_gt_30_days,
    coalesce(cast(sent_at is null and age_in_days <= 30 as integer), 0) as is_creation_lt_30_days,
    -- the next one is sent later: campaigns of the same instant do not cut each other
    case
        when establishment_id is not null and sent_at is not null
            then min(sent_at) over (
                partition by establishment_id
                order by sent_at
                range between interval 1 microsecond following and unbounded following
            )
    end as next_campaign_sent_at
from campaigns
