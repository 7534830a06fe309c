with source as (
    select * from {{ source('production', 'notes') }}
)

select
    id,
    contact_kind_deprecated,
    created_at,
    created_by,
    note_kind,
    updated_at,
    deleted_at
from source
