-- The stock of all communes, today's or those of each file, is every located dwelling of the year, once.
with dwellings as (
    select
        dwelling_years.data_year as year,
        count(*) filter (where dwellings.geo_code is not null) as ex,
        count(*) filter (where dwellings.geo_code is not null and dwelling_years.is_fil) as fil,
        count(*) filter (where dwelling_years.geo_code is not null) as ex_of_the_file
    from {{ ref('int_lovac__dwelling_years') }} as dwelling_years
    inner join {{ ref('int_lovac__dwellings') }} as dwellings on dwelling_years.local_id = dwellings.local_id
    group by dwelling_years.data_year
),

flows as (
    select
        year,
        sum(stock_count) filter (where filter = 'ex') as ex,
        sum(stock_count) filter (where filter = 'fil') as fil
    from {{ ref('marts_lovac_flows') }}
    where territory_level = 'commune'
    group by year
),

flows_of_the_file as (
    select
        year,
        sum(stock_count) as ex
    from {{ ref('marts_lovac_flows_cog') }}
    where filter = 'ex'
    group by year
)

select dwellings.year
from dwellings
left join flows on dwellings.year = flows.year
left join flows_of_the_file on dwellings.year = flows_of_the_file.year
where
    dwellings.ex is distinct from flows.ex
    or dwellings.fil is distinct from flows.fil
    or dwellings.ex_of_the_file is distinct from flows_of_the_file.ex
