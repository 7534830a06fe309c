select
    cast(date_trunc('month', day) as date) as month,
    count(*) filter (where is_known) as days_known,
    count(*) filter (where not is_known) as days_missed,
    max(day) filter (where is_known) as known_on,
    -- where a whole month was missed, what was known before it tells whose row is empty
    max(last_known_day) as last_known_day
from {{ ref('int_history__days') }}
group by date_trunc('month', day)
