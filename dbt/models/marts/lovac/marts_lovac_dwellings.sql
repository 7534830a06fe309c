with millesimes as (
    select
        list(data_year order by year_rank) as years,
        max(year_rank) as last_rank
    from {{ ref('int_lovac__millesimes') }}
),

-- the first and the last bit of a life give its years
ranked as (
    select
        dwellings.local_id,
        dwellings.geo_code,
        millesimes.years,
        {%- for filter in ['ex', 'fil'] %}
            -- of no year at all log2 would be infinite
            cast(log2(nullif({{ filter }}_years & -{{ filter }}_years, 0)) as integer) as {{ filter }}_first_rank,
            cast(floor(log2(nullif({{ filter }}_years, 0))) as integer) as {{ filter }}_last_rank,
            cast(bit_count({{ filter }}_years) as integer) as {{ filter }}_years_count,
            cast({{ times_in_vacancy(filter ~ '_years') }} as integer) as {{ filter }}_spells_count,
            {{ in_year(filter ~ '_years', 'millesimes.last_rank') }} as {{ filter }}_is_current,
        {%- endfor %}
        dwellings.energy_class
    from {{ ref('int_lovac__dwellings') }} as dwellings
    cross join millesimes
)

select
    ranked.local_id,
    ranked.geo_code,
    {%- for filter in ['ex', 'fil'] %}
        ranked.years[ranked.{{ filter }}_first_rank + 1] as {{ filter }}_first_year,
        ranked.years[ranked.{{ filter }}_last_rank + 1] as {{ filter }}_last_year,
        ranked.{{ filter }}_years_count,
        ranked.{{ filter }}_spells_count - cast(ranked.{{ filter }}_is_current as integer) as {{ filter }}_exits_count,
        greatest(ranked.{{ filter }}_spells_count - 1, 0) as {{ filter }}_returns_count,
        ranked.{{ filter }}_is_current,
    {%- endfor %}
    ranked.energy_class
from ranked
