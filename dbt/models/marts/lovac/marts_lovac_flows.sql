{%- set measures = [
    'stock_count', 'previous_stock_count', 'entries_count', 'returns_count', 'stays_count', 'exits_count',
    'unidentified_count', 'count_housing', 'count_housing_private',
] -%}

with summed as (
    {{ by_territory(ref('int_lovac__commune_flows'), ['year', 'previous_year', 'filter'], measures) }}
)

select
    territory_level,
    territory_code,
    territory_label,
    year,
    previous_year,
    filter,
    {%- for measure in measures %}
        {{ measure }},
    {%- endfor %}
    stock_count / nullif(count_housing_private, 0) as vacancy_rate,
    entries_count / nullif(previous_stock_count, 0) as entry_rate,
    exits_count / nullif(previous_stock_count, 0) as exit_rate
from summed
