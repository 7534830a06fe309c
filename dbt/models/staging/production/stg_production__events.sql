with source as (
    select * from {{ source('production', 'events') }}
)

select
    id,
    created_at,
    created_by,
    nullif(trim(type), '') as type,
    old_status,
    old_sub_status,
    old_occupancy,
    old_occupancy_intended,
    old_actual_energy_consumption,
    new_status,
    new_sub_status,
    new_occupancy,
    new_occupancy_intended,
    new_source,
    new_category,
    new_label,
    new_actual_energy_consumption
from source
