{%- set published = {
    'count_vacant_premises': ('total', 'total'),
    'count_mag': ('family', 'MAG'),
    'count_bur': ('family', 'BUR'),
    'count_dep': ('family', 'DEP'),
    'count_ate': ('family', 'ATE'),
    'count_hot': ('family', 'HOT'),
    'count_other': ('family', 'other'),
    'count_legal_owner': ('owner', 'legal'),
    'count_natural_owner': ('owner', 'natural'),
    'count_unknown_owner': ('owner', 'unknown'),
} -%}

-- where the total is hidden nothing else is said, zeros included: they would tell of whom or of what the few are
with counts as (
    select
        year,
        geo_code,
        {%- for name, (dimension, category) in published.items() %}
            case
                when
                    bool_or(
                        is_hidden
                        and (dimension = 'total' or (dimension = '{{ dimension }}' and category = '{{ category }}'))
                    )
                    then null
                else
                    coalesce(
                        max(premises_count) filter (
                            where dimension = '{{ dimension }}' and category = '{{ category }}'
                        ),
                        0
                    )
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
    {%- for name in published %}
        counts.{{ name }},
    {%- endfor %}
    stock.count_commercial_premises,
    counts.count_vacant_premises / nullif(stock.count_commercial_premises, 0) as vacancy_rate,
    counts.secret_statistique
from counts
left join {{ ref('int_common__communes') }} as communes on counts.geo_code = communes.geo_code
left join {{ ref('int_ff__stock') }} as stock on counts.year = stock.year and counts.geo_code = stock.geo_code
