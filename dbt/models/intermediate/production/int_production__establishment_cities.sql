with territories as (
    select distinct
        establishment_id,
        name,
        kind,
        kind_label,
        kind_group,
        hierarchy_level,
        registered,
        is_deleted,
        trim(unnest(localities_geo_code)) as geo_code
    from {{ ref('int_production__establishments') }}
)

select
    establishment_id,
    geo_code,
    {{ city_code('geo_code') }} as city_code,
    name,
    kind,
    kind_label,
    kind_group,
    hierarchy_level,
    registered,
    is_deleted
from territories
where geo_code <> ''
