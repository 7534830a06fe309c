with source as (
    select * from {{ source('production', 'users') }}
)

select
    id,
    establishment_id,
    email,
    is_zlv_team,
    {{ known('users', 'role') }} as role,
    activated_at,
    last_authenticated_at,
    deleted_at,
    updated_at,
    time_per_week,
    suspended_at
from source
