{{ config(materialized='table') }}

-- dwellings of one commune with the same life are counted once for all
with patterns as (
    select
        geo_code,
        ex_years,
        fil_years,
        count(*) as dwellings_count
    from {{ ref('int_lovac__dwellings') }}
    where geo_code is not null
    group by geo_code, ex_years, fil_years
),

by_filter as (
    select
        geo_code,
        'ex' as filter,
        ex_years as years,
        dwellings_count
    from patterns
    union all
    select
        geo_code,
        'fil' as filter,
        fil_years as years,
        dwellings_count
    from patterns
),

states as (
    select
        by_filter.geo_code,
        by_filter.filter,
        by_filter.dwellings_count,
        millesimes.data_year as year,
        {{ in_year('by_filter.years', 'millesimes.year_rank') }} as is_there,
        {{ in_year_before('by_filter.years', 'millesimes.year_rank') }} as was_there,
        {{ in_any_year_before('by_filter.years', 'millesimes.year_rank') }} as was_ever_there
    from by_filter
    cross join {{ ref('int_lovac__millesimes') }} as millesimes
),

counted as (
    select
        geo_code,
        filter,
        year,
        sum(dwellings_count) filter (where is_there) as stock_count,
        sum(dwellings_count) filter (where was_there) as previous_stock_count,
        sum(dwellings_count) filter (where is_there and not was_ever_there) as entries_count,
        sum(dwellings_count) filter (where is_there and was_ever_there and not was_there) as returns_count,
        sum(dwellings_count) filter (where is_there and was_there) as stays_count,
        sum(dwellings_count) filter (where was_there and not is_there) as exits_count
    from states
    group by geo_code, filter, year
),

-- what the Fichiers fonciers do not know has no life: it is told apart
unidentified as (
    select
        housing.data_year as year,
        coalesce(mapped.current_geo_code, housing.geo_code) as geo_code,
        count(*) as ex,
        count(*) filter (where housing.is_fil) as fil
    from {{ ref('int_lovac__housing') }} as housing
    left join {{ ref('int_common__current_communes') }} as mapped on housing.geo_code = mapped.geo_code
    where housing.local_id is null and housing.is_ex and housing.geo_code is not null
    group by housing.data_year, coalesce(mapped.current_geo_code, housing.geo_code)
),

stock as (
    select
        year,
        geo_code,
        count_housing,
        count_housing_private
    from {{ ref('int_ff__characteristics') }}
    where dimension = 'ensemble'
),

grain as (
    select
        communes.geo_code,
        filters.filter,
        millesimes.data_year as year,
        millesimes.previous_year,
        millesimes.data_year in (select stock.year from stock) as has_stock
    from (
        select geo_code from patterns
        union
        select geo_code from unidentified
        union
        select geo_code from stock
    ) as communes
    cross join {{ ref('int_lovac__millesimes') }} as millesimes
    cross join (values ('ex'), ('fil')) as filters (filter)
)

select
    grain.geo_code,
    grain.filter,
    grain.year,
    grain.previous_year,
    cast(coalesce(counted.stock_count, 0) as bigint) as stock_count,
    {%- for name in ['previous_stock_count', 'entries_count', 'returns_count', 'stays_count', 'exits_count'] %}
        case when grain.previous_year is not null then cast(coalesce(counted.{{ name }}, 0) as bigint) end
            as {{ name }},
    {%- endfor %}
    coalesce(case grain.filter when 'ex' then unidentified.ex else unidentified.fil end, 0) as unidentified_count,
    case when grain.has_stock then coalesce(stock.count_housing, 0) end as count_housing,
    case when grain.has_stock then coalesce(stock.count_housing_private, 0) end as count_housing_private
from grain
left join counted
    on grain.geo_code = counted.geo_code and grain.filter = counted.filter and grain.year = counted.year
left join unidentified on grain.geo_code = unidentified.geo_code and grain.year = unidentified.year
left join stock on grain.geo_code = stock.geo_code and grain.year = stock.year
