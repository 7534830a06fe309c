select
    day,
    cast(date_trunc('month', day) as date) as month,
    is_known,
    count_housing,
    count_campaigns,
    last_known_day,
    date_diff('day', last_known_day, day) as days_since_known
from {{ ref('int_history__days') }}
