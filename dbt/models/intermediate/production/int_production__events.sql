{{ config(materialized='table') }}

with events as (
    select
        changes.id,
        changes.created_at,
        changes.created_by,
        changes.type,
        changes.category,
        changes.name,
        changes.simple_name,
        'new' as event_version,
        links.housing_geo_code,
        links.housing_id,
        links.owner_id,
        changes.new_status,
        changes.old_status,
        changes.new_status_raw,
        changes.old_status_raw,
        changes.new_status_refined,
        changes.new_sub_status,
        changes.status_changed,
        changes.new_occupancy,
        changes.old_occupancy,
        changes.new_occupancy_code,
        changes.occupancy_changed
    from {{ ref('int_production__event_changes') }} as changes
    left join {{ ref('int_production__event_links') }} as links on changes.id = links.event_id
),

notes as (
    select
        id,
        created_at,
        created_by,
        cast(null as varchar) as type,
        'note' as category,
        cast(null as varchar) as name,
        cast(null as varchar) as simple_name,
        cast(null as varchar) as event_version,
        housing_geo_code,
        housing_id,
        owner_id,
        cast(null as integer) as new_status,
        cast(null as integer) as old_status,
        cast(null as varchar) as new_status_raw,
        cast(null as varchar) as old_status_raw,
        cast(null as varchar) as new_status_refined,
        cast(null as varchar) as new_sub_status,
        cast(null as boolean) as status_changed,
        cast(null as varchar) as new_occupancy,
        cast(null as varchar) as old_occupancy,
        cast(null as varchar) as new_occupancy_code,
        cast(null as boolean) as occupancy_changed
    from {{ ref('int_production__note_events') }}
),

united as (
    select * from events
    union all
    select
        id,
        created_at,
        created_by,
        type,
        category,
        name,
        simple_name,
        event_version,
        housing_geo_code,
        housing_id,
        owner_id,
        new_status,
        old_status,
        new_status_raw,
        old_status_raw,
        new_status_refined,
        new_sub_status,
        status_changed,
        new_occupancy,
        old_occupancy,
        new_occupancy_code,
        occupancy_changed
    from {{ ref('int_production__old_event_changes') }}
    union all
    select * from notes
)

select
    united.*,
    authors.user_source,
    authors.establishment_id
from united
left join {{ ref('int_production__authors') }} as authors on united.created_by = authors.user_id
