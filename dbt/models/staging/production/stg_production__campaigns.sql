with source as (
    select * from {{ source('production', 'campaigns') }}
)

select
    id,
    campaign_number_deprecated,
    start_month_deprecated,
    reminder_number_deprecated,
    created_at,
    validated_at,
    exported_at,
    sent_at,
    establishment_id,
    user_id,
    recovery_id,
    kind_deprecated,
    archived_at,
    confirmed_at,
    group_id,
    status,
    return_count,
    housing_count,
    owner_count,
    return_rate
from source
