{{ config(materialized='table') }}

with loaded as (
    select distinct data_year from {{ ref('int_lovac__housing') }}
    where data_year is not null
)

select
    loaded.data_year,
    cast(row_number() over (order by loaded.data_year) - 1 as integer) as year_rank,
    lag(loaded.data_year) over (order by loaded.data_year) as previous_year,
    lead(loaded.data_year) over (order by loaded.data_year) as next_year,
    criteria.public_criterion,
    coalesce(
        criteria.public_criterion is distinct from lag(criteria.public_criterion) over (order by loaded.data_year)
        and lag(loaded.data_year) over (order by loaded.data_year) is not null,
        false
    ) as is_series_break
from loaded
left join {{ ref('int_lovac__public_criteria') }} as criteria on loaded.data_year = criteria.year
