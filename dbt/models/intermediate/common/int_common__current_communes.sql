{{ config(materialized='table') }}

with recursive alive as (
    select distinct geo_code
    from {{ ref('stg_external__cog_communes_2024') }}
    where commune_type in ('COM', 'ARM')
),

codes as (
    select geo_code from {{ ref('int_common__communes') }}
    union
    select geo_code from {{ ref('int_lovac__housing') }}
    union
    select geo_code from {{ ref('int_ff__stock') }}
    union
    select geo_code from {{ ref('int_locomvac__premises') }}
),

-- a delegated commune leads to its commune, a vanished one to that of its last merge, unless it was founded again since
steps as (
    select
        geo_code,
        next_geo_code
    from (
        select
            geo_code,
            parent_geo_code as next_geo_code,
            9999 as year
        from {{ ref('stg_external__cog_communes_2024') }}
        where commune_type not in ('COM', 'ARM') and parent_geo_code <> ''
        union all
        select
            fusions.old_geo_code as geo_code,
            fusions.new_geo_code as next_geo_code,
            fusions.year
        from {{ ref('stg_external__fusions') }} as fusions
        where
            not exists (
                select 1 from {{ ref('stg_external__scissions') }} as scissions
                where scissions.new_geo_code = fusions.old_geo_code and scissions.year >= fusions.year
            )
    )
    where next_geo_code <> geo_code and geo_code not in (select alive.geo_code from alive)
    qualify row_number() over (partition by geo_code order by year desc, next_geo_code asc) = 1
),

followed as (
    select
        geo_code,
        geo_code as current_geo_code,
        0 as step
    from codes
    where geo_code is not null
    union all
    select
        followed.geo_code,
        steps.next_geo_code as current_geo_code,
        followed.step + 1 as step
    from followed
    inner join steps on followed.current_geo_code = steps.geo_code
    -- no chain of merges is so long: lists that lead in a circle end too
    where followed.step < 20
)

select
    geo_code,
    arg_max(current_geo_code, step) as current_geo_code
from followed
group by geo_code
