{{ config(materialized='table') }}

-- years are bits, the first loaded millésime the lowest: a life is one number, and counting exits is arithmetic
with lives as (
    select
        dwelling_years.local_id,
        arg_max(dwelling_years.geo_code, dwelling_years.data_year) as last_geo_code,
        max(dwelling_years.data_year) as last_year,
        coalesce(min(dwelling_years.geo_code) <> max(dwelling_years.geo_code), false) as has_several_codes,
        bit_or(cast(1 as bigint) << millesimes.year_rank) as ex_years,
        coalesce(
            bit_or(cast(1 as bigint) << millesimes.year_rank) filter (where dwelling_years.is_fil), 0
        ) as fil_years
    from {{ ref('int_lovac__dwelling_years') }} as dwelling_years
    inner join {{ ref('int_lovac__millesimes') }} as millesimes on dwelling_years.data_year = millesimes.data_year
    group by dwelling_years.local_id
),

energy as (
    -- the class of the BDNB, as in every figure of energy sieves; several records of one dwelling: the worst
    select
        local_id,
        max(upper(trim(energy_consumption_bdnb))) as energy_class
    from {{ ref('stg_production__housing') }}
    group by local_id
)

select
    lives.local_id,
    lives.last_geo_code,
    coalesce(mapped.current_geo_code, split.geo_code, lives.last_geo_code) as geo_code,
    lives.has_several_codes,
    lives.ex_years,
    lives.fil_years,
    case when energy.energy_class in ('A', 'B', 'C', 'D', 'E', 'F', 'G') then energy.energy_class else 'Inconnue' end
        as energy_class
from lives
left join {{ ref('int_ff__split_premises') }} as split
    on lives.local_id = split.local_id and lives.last_year < split.last_year
left join {{ ref('int_common__current_communes') }} as mapped
    on coalesce(split.geo_code, lives.last_geo_code) = mapped.geo_code
left join energy on lives.local_id = energy.local_id
