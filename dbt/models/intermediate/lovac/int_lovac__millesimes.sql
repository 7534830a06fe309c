{{ config(materialized='table') }}

with loaded as (
    select distinct data_year from {{ ref('int_lovac__housing') }}
    where data_year is not null
)

select
    data_year,
    cast(row_number() over (order by data_year) - 1 as integer) as year_rank,
    lag(data_year) over (order by data_year) as previous_year,
    lead(data_year) over (order by data_year) as next_year
from loaded
