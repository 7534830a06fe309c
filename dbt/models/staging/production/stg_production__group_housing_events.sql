with source as (
    select * from {{ source('production', 'group_housing_events') }}
)

select
    event_id,
    housing_geo_code,
    housing_id,
    group_id
from source
