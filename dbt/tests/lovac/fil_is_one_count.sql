-- A long vacancy is counted alike by the morphology and by the flows, which have it in today's communes: what has no identifier
-- is told beside the stock, and what no list places in the year of its file has a place of another year in the flows alone.
with published as (
    select
        year,
        sum(count_vacant_housing_private_fil_public) as fil_count
    from {{ ref('marts_common_morphology') }}
    group by year
),

placed_later as (
    select
        housing.data_year as year,
        count(*) as fil_count
    from {{ ref('int_lovac__housing') }} as housing
    inner join {{ ref('int_lovac__dwellings') }} as dwellings on housing.local_id = dwellings.local_id
    where housing.is_in_public_figure and housing.geo_code is null and dwellings.geo_code is not null
    group by housing.data_year
),

flows as (
    select
        year,
        sum(stock_count + unidentified_count) as fil_count
    from {{ ref('marts_lovac_flows') }}
    where territory_level = 'commune' and filter = 'fil'
    group by year
)

select flows.year
from flows
left join published on flows.year = published.year
left join placed_later on flows.year = placed_later.year
where flows.fil_count is distinct from published.fil_count + coalesce(placed_later.fil_count, 0)
