{{ config(materialized='table') }}

select
    geo_code,
    list_sort(list(establishment_id)) as establishment_ids_array,
    array_to_string(list_sort(list(cast(establishment_id as varchar))), ' | ') as establishment_ids,
    bool_or(registered) as is_on_user_teritory
from {{ ref('int_production__establishment_cities') }}
where not is_deleted
group by geo_code
