{{ config(materialized='table') }}

select
    year,
    geo_code,
    count(*) filter (where premises_type in ('1', '2')) as count_housing,
    count(*) filter (where premises_type in ('1', '2') and not is_public_or_social) as count_housing_private,
    count(*) filter (
        where premises_type in ('1', '2') and not is_public_or_social and occupancy = 'L'
    ) as count_housing_private_rented,
    case when bool_or(has_all_premises) then count(*) filter (where premises_type = '4') end
        as count_commercial_premises
from {{ ref('int_ff__premises') }}
where geo_code is not null
group by year, geo_code
