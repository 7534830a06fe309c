-- No commune's stock is lost, nor counted twice, in a year that has a LOVAC.
with stock as (
    select
        year,
        sum(count_housing) as housing,
        sum(count_housing_private) as housing_private
    from {{ ref('int_ff__stock') }}
    group by year
),

counted as (
    select
        year,
        sum(count_housing) as housing,
        sum(count_housing_private) as housing_private
    from {{ ref('marts_common_morphology') }}
    group by year
)

select counted.year
from counted
inner join stock on counted.year = stock.year
where
    counted.housing is distinct from stock.housing
    or counted.housing_private is distinct from stock.housing_private
