with updates as (
    select
        *,
        { 'at': created_at, 'id': id } as moment
    from {{ ref('int_production__updates') }}
    where establishment_id is not null and user_source = 'user'
),

last_events as (
    select
        establishment_id,
        arg_max(
            { 'status': new_status, 'label': new_status_refined, 'sub_status': new_sub_status, 'at': created_at },
            moment
        ) filter (where status_changed) as followup,
        arg_max({ 'label': new_occupancy, 'at': created_at }, moment) filter (where occupancy_changed) as occupancy
    from updates
    group by establishment_id
)

select
    establishment_id,
    followup.status as last_event_status_user_followup,
    followup.label as last_event_status_label_user_followup,
    followup.at as last_event_date_user_followup,
    followup.sub_status as last_event_sub_status_label_user_followup,
    occupancy.label as last_event_occupancy_user_occupancy,
    occupancy.at as last_event_date_user_occupancy
from last_events
