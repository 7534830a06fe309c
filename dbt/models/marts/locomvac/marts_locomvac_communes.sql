{%- set parts = {
    'count_mag': 'MAG',
    'count_bur': 'BUR',
    'count_dep': 'DEP',
    'count_ate': 'ATE',
    'count_hot': 'HOT',
    'count_other': 'other',
    'count_legal_owner': 'legal',
    'count_natural_owner': 'natural',
    'count_unknown_owner': 'unknown',
} -%}

-- where the total is hidden nothing else is said, zeros included: they would tell of whom or of what the few are
with counts as (
    select
        year,
        geo_code,
        any_value(premises_count) filter (where category = 'total' and not is_hidden) as count_vacant_premises,
        {%- for name, category in parts.items() %}
            case
                when not bool_or(is_hidden and category in ('total', '{{ category }}'))
                    then coalesce(any_value(premises_count) filter (where category = '{{ category }}'), 0)
            end as {{ name }},
        {%- endfor %}
        bool_or(is_hidden) as secret_statistique
    from {{ ref('int_locomvac__counts') }}
    group by year, geo_code
)

select
    counts.year,
    counts.geo_code,
    communes.label as city_label,
    coalesce(communes.department_code, {{ department_code('counts.geo_code') }}) as dep_code,
    communes.region_code,
    communes.epci_code as epci_siren,
    counts.count_vacant_premises,
    {%- for name in parts %}
        counts.{{ name }},
    {%- endfor %}
    stock.count_commercial_premises,
    {{ share_of('counts.count_vacant_premises', 'stock.count_commercial_premises') }} as vacancy_rate,
    counts.secret_statistique
from counts
left join {{ ref('int_common__communes') }} as communes on counts.geo_code = communes.geo_code
left join {{ ref('int_ff__stock') }} as stock on counts.year = stock.year and counts.geo_code = stock.geo_code
