-- Every dwelling has one value of each characteristic: their stocks and flows are those of the commune.
with summed as (
    select
        year,
        geo_code,
        filter,
        dimension,
        sum(stock_count) as stock_count,
        sum(entries_count) as entries_count,
        sum(returns_count) as returns_count,
        sum(exits_count) as exits_count
    from {{ ref('int_lovac__commune_characteristics') }}
    group by year, geo_code, filter, dimension
)

select
    summed.year,
    summed.geo_code
from summed
inner join {{ ref('int_lovac__commune_flows') }} as flows
    on summed.year = flows.year and summed.geo_code = flows.geo_code and summed.filter = flows.filter
where
    summed.stock_count is distinct from flows.stock_count
    or summed.entries_count is distinct from flows.entries_count
    or summed.returns_count is distinct from flows.returns_count
    or summed.exits_count is distinct from flows.exits_count
