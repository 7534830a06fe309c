with dwellings as (
    select
        local_id,
        last_geo_code,
        has_several_codes,
        ex_years,
        fil_years
    from {{ ref('int_lovac__dwellings') }}
),

-- nearly every dwelling has one code for all its years: they are counted by life
settled as (
    select
        ex_years,
        fil_years,
        last_geo_code as geo_code,
        last_geo_code as previous_geo_code,
        count(*) as dwellings_count
    from dwellings
    where not has_several_codes
    group by ex_years, fil_years, last_geo_code
),

moving as (
    select
        dwellings.ex_years,
        dwellings.fil_years,
        millesimes.data_year,
        dwelling_years.geo_code,
        previous.geo_code as previous_geo_code
    from dwellings
    cross join {{ ref('int_lovac__millesimes') }} as millesimes
    left join {{ ref('int_lovac__dwelling_years') }} as dwelling_years
        on dwellings.local_id = dwelling_years.local_id and millesimes.data_year = dwelling_years.data_year
    left join {{ ref('int_lovac__dwelling_years') }} as previous
        on dwellings.local_id = previous.local_id and millesimes.previous_year = previous.data_year
    where dwellings.has_several_codes
),

by_year as (
    select
        settled.*,
        millesimes.data_year,
        millesimes.year_rank,
        millesimes.previous_year
    from settled
    cross join {{ ref('int_lovac__millesimes') }} as millesimes
    union all
    select
        moving.ex_years,
        moving.fil_years,
        moving.geo_code,
        moving.previous_geo_code,
        1 as dwellings_count,
        moving.data_year,
        millesimes.year_rank,
        millesimes.previous_year
    from moving
    inner join {{ ref('int_lovac__millesimes') }} as millesimes on moving.data_year = millesimes.data_year
),

states as (
    {%- for filter in ['ex', 'fil'] %}
        select
            '{{ filter }}' as filter,
            data_year as year,
            previous_year,
            geo_code,
            previous_geo_code,
            dwellings_count,
            {{ in_year(filter ~ '_years', 'year_rank') }} as is_there,
            {{ in_year_before(filter ~ '_years', 'year_rank') }} as was_there,
            {{ in_any_year_before(filter ~ '_years', 'year_rank') }} as was_ever_there
        from by_year
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- what is there counts where it lies, what has gone where it lay
counted as (
    select
        year,
        previous_year,
        filter,
        geo_code,
        dwellings_count as stock_count,
        0 as previous_stock_count,
        case when not was_ever_there then dwellings_count else 0 end as entries_count,
        case when was_ever_there and not was_there then dwellings_count else 0 end as returns_count,
        case when was_there and geo_code = previous_geo_code then dwellings_count else 0 end as stays_count,
        case when was_there and geo_code <> previous_geo_code then dwellings_count else 0 end as joined_count,
        0 as left_count,
        0 as exits_count
    from states
    where is_there
    union all
    select
        year,
        previous_year,
        filter,
        previous_geo_code as geo_code,
        0 as stock_count,
        dwellings_count as previous_stock_count,
        0 as entries_count,
        0 as returns_count,
        0 as stays_count,
        0 as joined_count,
        case when is_there and geo_code <> previous_geo_code then dwellings_count else 0 end as left_count,
        case when is_there then 0 else dwellings_count end as exits_count
    from states
    where was_there
)

select
    counted.year,
    counted.previous_year,
    counted.geo_code,
    min(communes.label) as city_label,
    min(mapped.current_geo_code) as current_geo_code,
    counted.filter,
    {%- for name in [
        'previous_stock_count', 'entries_count', 'returns_count', 'stays_count', 'joined_count', 'left_count',
        'exits_count',
    ] %}
        case when counted.previous_year is not null then cast(sum(counted.{{ name }}) as bigint) end as {{ name }},
    {%- endfor %}
    cast(sum(counted.stock_count) as bigint) as stock_count,
    any_value(millesimes.public_criterion) as public_criterion,
    any_value(millesimes.is_series_break) as is_series_break
from counted
inner join {{ ref('int_lovac__millesimes') }} as millesimes on counted.year = millesimes.data_year
left join {{ ref('int_common__communes') }} as communes on counted.geo_code = communes.geo_code
left join {{ ref('int_common__current_communes') }} as mapped on counted.geo_code = mapped.geo_code
where counted.geo_code is not null
group by counted.year, counted.previous_year, counted.geo_code, counted.filter
