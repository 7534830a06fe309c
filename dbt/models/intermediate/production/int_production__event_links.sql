-- The application links an event to at most one housing and one owner; min() keeps one row whatever the tables hold.
with housing_links as (
    select
        event_id,
        housing_geo_code,
        housing_id
    from {{ ref('stg_production__housing_events') }}
    union all
    select
        event_id,
        housing_geo_code,
        housing_id
    from {{ ref('stg_production__housing_document_events') }}
    union all
    select
        event_id,
        housing_geo_code,
        housing_id
    from {{ ref('stg_production__group_housing_events') }}
),

housings as (
    select
        event_id,
        min({ 'geo_code': housing_geo_code, 'id': housing_id }) as housing
    from housing_links
    where housing_id is not null
    group by event_id
),

owners as (
    select
        event_id,
        min(owner_id) as owner_id
    from {{ ref('stg_production__owner_events') }}
    where owner_id is not null
    group by event_id
)

select
    coalesce(housings.event_id, owners.event_id) as event_id,
    housings.housing.geo_code as housing_geo_code,
    housings.housing.id as housing_id,
    owners.owner_id
from housings
full outer join owners on housings.event_id = owners.event_id
