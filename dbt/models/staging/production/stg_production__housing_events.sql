with source as (
    select * from {{ source('production', 'housing_events') }}
)

select
    event_id,
    housing_id,
    housing_geo_code
from source
