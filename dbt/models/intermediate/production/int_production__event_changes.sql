with statuses as (
    select distinct
        {{ normalised_label('label') }} as label_key,
        status,
        dashboard_label
    from {{ ref('production_status_labels') }}
),

occupancies as (
    select
        {{ normalised_label('label') }} as label_key,
        occupancy
    from {{ ref('production_occupancy_labels') }}
),

events as (
    select
        id,
        created_at,
        created_by,
        type,
        new_status,
        old_status,
        new_sub_status,
        new_occupancy,
        old_occupancy,
        {{ normalised_label('new_status') }} as new_status_key,
        {{ normalised_label('old_status') }} as old_status_key,
        {{ normalised_label('new_occupancy') }} as new_occupancy_key,
        {{ normalised_label('old_occupancy') }} as old_occupancy_key
    from {{ ref('stg_production__events') }}
)

select
    events.id,
    events.created_at,
    events.created_by,
    events.type,
    nullif(split_part(events.type, ':', 1), '') as category,
    coalesce(types.name, events.type) as name,
    case events.type
        when 'housing:status-updated' then 'suivi'
        when 'housing:occupancy-updated' then 'occupation'
    end as simple_name,
    new_statuses.status as new_status,
    old_statuses.status as old_status,
    events.new_status as new_status_raw,
    events.old_status as old_status_raw,
    new_statuses.dashboard_label as new_status_refined,
    events.new_sub_status,
    -- two labels of one status are no change; labels that nobody knows are compared as text
    (
        coalesce(cast(new_statuses.status as varchar), events.new_status_key)
        is distinct from coalesce(cast(old_statuses.status as varchar), events.old_status_key)
    ) as status_changed,
    events.new_occupancy,
    events.old_occupancy,
    new_occupancies.occupancy as new_occupancy_code,
    (
        coalesce(new_occupancies.occupancy, events.new_occupancy_key)
        is distinct from coalesce(old_occupancies.occupancy, events.old_occupancy_key)
    ) as occupancy_changed
from events
left join statuses as new_statuses on events.new_status_key = new_statuses.label_key
left join statuses as old_statuses on events.old_status_key = old_statuses.label_key
left join occupancies as new_occupancies on events.new_occupancy_key = new_occupancies.label_key
left join occupancies as old_occupancies on events.old_occupancy_key = old_occupancies.label_key
left join {{ ref('production_event_types') }} as types on events.type = types.type
