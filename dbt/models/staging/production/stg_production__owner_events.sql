with source as (
    select * from {{ source('production', 'owner_events') }}
)

select
    event_id,
    owner_id
from source
