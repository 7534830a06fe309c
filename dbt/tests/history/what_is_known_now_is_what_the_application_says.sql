-- The versions that hold are the application's rows, no more and no less, whenever this build took its snapshot.
with taken as (
    select 1 as taken from {{ ref('history_days') }}
    where dbt_valid_to is null and day = {{ as_of_day() }} and snapshot_at = {{ snapshot_at() }}
),

held as (
    select * from {{ ref('history_housing') }}
    where dbt_valid_to is null
)

select
    coalesce(housing.housing_geo_code, held.housing_geo_code) as housing_geo_code,
    coalesce(housing.housing_id, held.housing_id) as housing_id
from {{ ref('int_history__housing') }} as housing
full outer join held
    on housing.housing_geo_code = held.housing_geo_code and housing.housing_id = held.housing_id
where
    exists (select 1 from taken)
    and (
        housing.housing_id is null
        or held.housing_id is null
        or housing.status is distinct from held.status
        or housing.sub_status is distinct from held.sub_status
        or housing.occupancy is distinct from held.occupancy
        or housing.occupancy_intended is distinct from held.occupancy_intended
        or housing.sent_campaign_count <> held.sent_campaign_count
    )
