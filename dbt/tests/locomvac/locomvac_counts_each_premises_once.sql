-- Totals before suppression are the de-duplicated premises.
with counted as (
    select
        dimension,
        sum(premises_count) as premises_count
    from {{ ref('int_locomvac__counts') }}
    group by dimension
)

select counted.dimension
from counted
where counted.premises_count <> (select count(*) from {{ ref('int_locomvac__premises') }})
