with last_rank as (
    select coalesce(max(year_rank), 0) as year_rank from {{ ref('int_lovac__millesimes') }}
),

-- the first and the last bit of a life give its years
ranked as (
    select
        dwellings.local_id,
        dwellings.geo_code,
        {%- for filter in ['ex', 'fil'] %}
            -- of no year at all log2 would be infinite
            case
                when {{ filter }}_years > 0
                    then cast(log2({{ filter }}_years & -{{ filter }}_years) as integer)
            end as {{ filter }}_first_rank,
            case when {{ filter }}_years > 0 then cast(floor(log2({{ filter }}_years)) as integer) end
                as {{ filter }}_last_rank,
            cast(bit_count({{ filter }}_years) as integer) as {{ filter }}_years_count,
            cast({{ times_in_vacancy(filter ~ '_years') }} as integer) as {{ filter }}_spells_count,
            {{ in_year(filter ~ '_years', 'last_rank.year_rank') }} as {{ filter }}_is_current,
        {%- endfor %}
        dwellings.energy_class
    from {{ ref('int_lovac__dwellings') }} as dwellings
    cross join last_rank
)

select
    ranked.local_id,
    ranked.geo_code,
    {%- for filter in ['ex', 'fil'] %}
        {{ filter }}_first.data_year as {{ filter }}_first_year,
        {{ filter }}_last.data_year as {{ filter }}_last_year,
        ranked.{{ filter }}_years_count,
        ranked.{{ filter }}_spells_count - cast(ranked.{{ filter }}_is_current as integer) as {{ filter }}_exits_count,
        greatest(ranked.{{ filter }}_spells_count - 1, 0) as {{ filter }}_returns_count,
        ranked.{{ filter }}_is_current,
    {%- endfor %}
    ranked.energy_class
from ranked
left join {{ ref('int_lovac__millesimes') }} as ex_first on ranked.ex_first_rank = ex_first.year_rank
left join {{ ref('int_lovac__millesimes') }} as ex_last on ranked.ex_last_rank = ex_last.year_rank
left join {{ ref('int_lovac__millesimes') }} as fil_first on ranked.fil_first_rank = fil_first.year_rank
left join {{ ref('int_lovac__millesimes') }} as fil_last on ranked.fil_last_rank = fil_last.year_rank
