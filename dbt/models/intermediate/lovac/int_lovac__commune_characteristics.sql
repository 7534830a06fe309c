{{ config(materialized='table') }}

{%- set dimensions = {
    'duree_vacance': 'duration_class',
    'type_proprietaire': 'owner_kind',
    'type_logement': 'dwelling_type',
    'surface': 'living_area_class',
    'epoque_construction': 'building_period',
    'classe_energie': 'energy_class',
} -%}

with states as (
    select
        dwelling_years.data_year as year,
        millesimes.next_year,
        dwellings.geo_code,
        dwelling_years.duration_class,
        dwelling_years.owner_kind,
        dwelling_years.dwelling_type,
        dwelling_years.living_area_class,
        dwelling_years.building_period,
        dwellings.energy_class,
        {%- for filter in ['ex', 'fil'] %}
            {{ in_year_before('dwellings.' ~ filter ~ '_years', 'millesimes.year_rank') }} as {{ filter }}_before,
            {{ in_any_year_before('dwellings.' ~ filter ~ '_years', 'millesimes.year_rank') }}
                as {{ filter }}_ever_before,
            {{ in_year_after('dwellings.' ~ filter ~ '_years', 'millesimes.year_rank') }} as {{ filter }}_after,
        {%- endfor %}
        true as in_ex,
        dwelling_years.is_fil as in_fil
    from {{ ref('int_lovac__dwelling_years') }} as dwelling_years
    inner join {{ ref('int_lovac__dwellings') }} as dwellings on dwelling_years.local_id = dwellings.local_id
    inner join {{ ref('int_lovac__millesimes') }} as millesimes on dwelling_years.data_year = millesimes.data_year
    where dwellings.geo_code is not null
),

grouped as (
    select
        year,
        next_year,
        geo_code,
        case
            {%- for dimension, column in dimensions.items() %}
                when grouping({{ column }}) = 0 then '{{ dimension }}'
            {%- endfor %}
        end as dimension,
        {%- for filter in ['ex', 'fil'] %}
            count(*) filter (where in_{{ filter }}) as {{ filter }}_stock,
            count(*) filter (where in_{{ filter }} and not {{ filter }}_ever_before) as {{ filter }}_entries,
            count(*) filter (where in_{{ filter }} and {{ filter }}_ever_before and not {{ filter }}_before)
                as {{ filter }}_returns,
            count(*) filter (where in_{{ filter }} and not {{ filter }}_after) as {{ filter }}_leaving,
        {%- endfor %}
        coalesce({{ dimensions.values() | join(', ') }}) as value
    from states
    group by grouping sets (
        {%- for column in dimensions.values() %}
            (year, next_year, geo_code, {{ column }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

-- a dwelling leaves with the value that it had when it was last seen
moved as (
    {%- for filter in ['ex', 'fil'] %}
        select
            year,
            geo_code,
            '{{ filter }}' as filter,
            dimension,
            value,
            {{ filter }}_stock as stock_count,
            {{ filter }}_entries as entries_count,
            {{ filter }}_returns as returns_count,
            0 as exits_count
        from grouped
        -- every dwelling of a year is in ex
        {{ 'where fil_stock > 0' if filter == 'fil' }}
        union all
        select
            next_year as year,
            geo_code,
            '{{ filter }}' as filter,
            dimension,
            value,
            0 as stock_count,
            0 as entries_count,
            0 as returns_count,
            {{ filter }}_leaving as exits_count
        from grouped
        where next_year is not null and {{ filter }}_leaving > 0
        union all
    {%- endfor %}
    select
        flows.year,
        flows.geo_code,
        flows.filter,
        'zone_tlv' as dimension,
        {{ tlv_zone('cities') }} as value,
        flows.stock_count,
        flows.entries_count,
        flows.returns_count,
        flows.exits_count
    from {{ ref('int_lovac__commune_flows') }} as flows
    left join {{ ref('int_common__cities') }} as cities on {{ city_code('flows.geo_code') }} = cities.city_code
    where flows.stock_count > 0 or flows.exits_count > 0
)

select
    moved.year,
    moved.geo_code,
    moved.filter,
    moved.dimension,
    moved.value,
    {%- for name in ['entries_count', 'returns_count', 'exits_count'] %}
        case when any_value(millesimes.previous_year) is not null then cast(sum(moved.{{ name }}) as bigint) end
            as {{ name }},
    {%- endfor %}
    cast(sum(moved.stock_count) as bigint) as stock_count
from moved
inner join {{ ref('int_lovac__millesimes') }} as millesimes on moved.year = millesimes.data_year
group by moved.year, moved.geo_code, moved.filter, moved.dimension, moved.value
