{%- set measures = [
    'stock_count', 'previous_stock_count', 'entries_count', 'returns_count', 'stays_count', 'exits_count',
    'unidentified_count', 'count_housing', 'count_housing_private',
] -%}

with summed as (
    {{ by_territory(ref('int_lovac__commune_flows'), ['year', 'previous_year', 'filter'], measures) }}
)

select
    summed.territory_level,
    summed.territory_code,
    summed.territory_label,
    summed.year,
    summed.previous_year,
    summed.filter,
    {%- for measure in measures %}
        summed.{{ measure }},
    {%- endfor %}
    {{ share_of('summed.stock_count', 'summed.count_housing_private') }} as vacancy_rate,
    -- of this year's stock what came, of the year before's what went: stock × (1 − one) = previous stock × (1 − other)
    (summed.entries_count + summed.returns_count) / nullif(summed.stock_count, 0) as entry_rate,
    summed.exits_count / nullif(summed.previous_stock_count, 0) as exit_rate,
    millesimes.public_criterion,
    millesimes.is_series_break
from summed
inner join {{ ref('int_lovac__millesimes') }} as millesimes on summed.year = millesimes.data_year
