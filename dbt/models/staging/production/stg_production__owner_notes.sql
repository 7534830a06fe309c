with source as (
    select * from {{ source('production', 'owner_notes') }}
)

select
    note_id,
    owner_id
from source
