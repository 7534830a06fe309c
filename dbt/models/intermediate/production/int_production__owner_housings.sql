-- An owner is active on a dwelling from rank 1 on: 0 and below are former, wrong or dead owners.
select
    owner_id,
    count(*) as housing_count,
    count(*) filter (where rank >= 1) as active_housing_count,
    list_sort(
        coalesce(
            list(distinct {{ department_code('housing_geo_code') }}) filter (where rank >= 1), cast([] as varchar[])
        )
    ) as housing_departments
from {{ ref('stg_production__owners_housing') }}
group by owner_id
