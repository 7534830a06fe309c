with source as (
    select * from {{ source('external', 'old_events') }}
)

select
    id,
    created_at,
    created_by,
    housing_id,
    new_status,
    new_sub_status,
    new_occupancy as new_occupancy_code
from source
