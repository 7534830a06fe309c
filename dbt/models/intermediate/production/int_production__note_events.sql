-- A note may be tied to several housings or owners; it stays one event, on the first of them.
with housings as (
    select
        note_id,
        min({ 'geo_code': housing_geo_code, 'id': housing_id }) as housing
    from {{ ref('stg_production__housing_notes') }}
    group by note_id
),

owners as (
    select
        note_id,
        min(owner_id) as owner_id
    from {{ ref('stg_production__owner_notes') }}
    group by note_id
)

select
    notes.id,
    notes.created_at,
    notes.created_by,
    housings.housing.geo_code as housing_geo_code,
    housings.housing.id as housing_id,
    owners.owner_id
from {{ ref('stg_production__notes') }} as notes
left join housings on notes.id = housings.note_id
left join owners on notes.id = owners.note_id
where notes.deleted_at is null
