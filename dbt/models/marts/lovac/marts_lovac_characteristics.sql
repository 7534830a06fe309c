{%- set measures = ['stock_count', 'entries_count', 'returns_count', 'exits_count'] -%}

with summed as (
    {{ by_territory(ref('int_lovac__commune_characteristics'), ['year', 'filter', 'dimension', 'value'], measures) }}
)

select
    summed.territory_level,
    summed.territory_code,
    summed.territory_label,
    summed.year,
    summed.filter,
    summed.dimension,
    summed.value,
    {%- for measure in measures %}
        summed.{{ measure }},
    {%- endfor %}
    stock.count_housing_private,
    {{ share_of('summed.stock_count', 'stock.count_housing_private') }} as vacancy_rate,
    millesimes.public_criterion,
    millesimes.is_series_break
from summed
inner join {{ ref('int_lovac__millesimes') }} as millesimes on summed.year = millesimes.data_year
left join {{ ref('marts_ff_stock') }} as stock
    on
        summed.territory_level = stock.territory_level
        and summed.territory_code = stock.territory_code
        and summed.year = stock.year
        and summed.dimension = stock.dimension
        and summed.value = stock.value
