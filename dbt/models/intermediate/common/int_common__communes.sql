with official as (
    -- a code may be that of a commune and of its delegated commune: the commune gives the name
    select
        geo_code,
        label,
        nullif(department_code, '') as department_code,
        nullif(parent_geo_code, '') as parent_geo_code
    from {{ ref('stg_external__cog_communes_2024') }}
    qualify
        row_number() over (
            partition by geo_code
            order by
                list_position(['COM', 'ARM', 'COMA'], commune_type) asc nulls last,
                label asc,
                parent_geo_code asc
        ) = 1
),

-- codes that are no longer official, named by the last change that mentions them
changed as (
    select
        geo_code,
        label,
        new_geo_code
    from (
        select
            year,
            old_geo_code as geo_code,
            old_label as label,
            new_geo_code
        from {{ ref('stg_external__fusions') }}
        union all
        select
            year,
            old_geo_code as geo_code,
            old_label as label,
            old_geo_code as new_geo_code
        from {{ ref('stg_external__scissions') }}
    )
    qualify row_number() over (partition by geo_code order by year desc, label asc, new_geo_code asc) = 1
),

codes as (
    select geo_code from official
    union
    select geo_code from changed
    union
    select geo_code from {{ ref('stg_external__communes_epci_departements_regions') }}
),

known as (
    select
        codes.geo_code,
        {{ city_code('codes.geo_code') }} as city_code,
        coalesce(official.label, changed.label, registry.label) as label,
        coalesce(official.department_code, {{ department_code('codes.geo_code') }}) as department_code,
        coalesce(official.parent_geo_code, changed.new_geo_code) as current_geo_code,
        official.geo_code is not null as is_official,
        registry.epci_code,
        registry.epci_label
    from codes
    left join official on codes.geo_code = official.geo_code
    left join changed on codes.geo_code = changed.geo_code
    left join {{ ref('stg_external__communes_epci_departements_regions') }} as registry
        on codes.geo_code = registry.geo_code
)

select
    known.geo_code,
    known.city_code,
    known.label,
    known.is_official,
    known.department_code,
    departments.department_label,
    departments.region_code,
    departments.region_label,
    coalesce(known.epci_code, current_registry.epci_code) as epci_code,
    coalesce(known.epci_label, current_registry.epci_label) as epci_label
from known
left join {{ ref('stg_external__departements') }} as departments on known.department_code = departments.department_code
left join {{ ref('stg_external__communes_epci_departements_regions') }} as current_registry
    on known.current_geo_code = current_registry.geo_code
