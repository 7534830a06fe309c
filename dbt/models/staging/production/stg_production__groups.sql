with source as (
    select * from {{ source('production', 'groups') }}
)

select
    id,
    created_at,
    archived_at,
    user_id,
    establishment_id,
    exported_at,
    housing_count,
    owner_count
from source
