-- What follow-up statistics look at: a status or an occupancy that really became another one.
select
    id,
    created_at,
    housing_geo_code,
    housing_id,
    establishment_id,
    user_source,
    type,
    new_status,
    new_status_raw,
    new_status_refined,
    new_sub_status,
    new_occupancy,
    new_occupancy_code,
    status_changed,
    occupancy_changed
from {{ ref('int_production__events') }}
where
    type in ('housing:status-updated', 'housing:occupancy-updated')
    and (status_changed or occupancy_changed)
    and created_at is not null
