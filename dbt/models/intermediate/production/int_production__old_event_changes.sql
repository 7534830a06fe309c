-- Events of before 2025 under the columns of today's. An event of both files is told by today's.
with housings as (
    select
        id,
        min(geo_code) as geo_code
    from {{ ref('stg_production__housing') }}
    group by id
    -- two communes bear one identifier: nothing tells which is meant
    having count(distinct geo_code) = 1
),

labels as (
    select distinct
        status,
        dashboard_label
    from {{ ref('production_status_labels') }}
),

events as (
    select
        old_events.*,
        case
            when old_events.new_status is not null then 'housing:status-updated'
            when old_events.new_occupancy_code is not null then 'housing:occupancy-updated'
        end as type
    from {{ ref('stg_external__old_events') }} as old_events
    left join {{ ref('stg_production__events') }} as today on old_events.id = today.id
    where today.id is null
    qualify row_number() over (partition by old_events.id order by old_events.created_at, old_events.new_status) = 1
)

select
    events.id,
    events.created_at,
    events.created_by,
    events.type,
    'housing' as category,
    types.name,
    case events.type
        when 'housing:status-updated' then 'suivi'
        when 'housing:occupancy-updated' then 'occupation'
    end as simple_name,
    'old' as event_version,
    housings.geo_code as housing_geo_code,
    housings.id as housing_id,
    cast(null as uuid) as owner_id,
    events.new_status,
    cast(null as integer) as old_status,
    cast(null as varchar) as new_status_raw,
    cast(null as varchar) as old_status_raw,
    labels.dashboard_label as new_status_refined,
    events.new_sub_status,
    events.new_status is not null as status_changed,
    occupancies.label as new_occupancy,
    case when events.new_occupancy_code is not null then vacant.label end as old_occupancy,
    events.new_occupancy_code,
    events.new_occupancy_code is not null as occupancy_changed
from events
left join housings on events.housing_id = housings.id
left join {{ ref('production_event_types') }} as types on events.type = types.type
left join labels on events.new_status = labels.status
left join {{ ref('production_occupancy_labels') }} as occupancies on events.new_occupancy_code = occupancies.occupancy
left join {{ ref('production_occupancy_labels') }} as vacant on vacant.occupancy = 'V'
