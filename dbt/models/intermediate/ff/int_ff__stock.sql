{{ config(materialized='table') }}

with served as (
    select unnest(cast({{ years_of_the_extract() }} as integer[])) as year
),

premises as (
    select
        premises.data_year as year,
        premises.geo_code,
        trim(premises.premises_type) as premises_type,
        trim(premises.occupancy) as occupancy,
        -- the housing files carry no owner group: the category says the same
        coalesce(category.is_public_or_social, family.is_public_or_social, false) as is_public_or_social,
        true as has_all_premises
    from {{ ref('stg_ff__premises') }} as premises
    left join {{ ref('owner_kinds') }} as category on premises.owner_category = category.prefix
    left join {{ ref('owner_kinds') }} as family on left(premises.owner_category, 1) = family.prefix

    union all

    -- it holds dwellings only
    select
        served.year,
        extract_2025.geo_code,
        trim(extract_2025.premises_type) as premises_type,
        trim(extract_2025.occupancy) as occupancy,
        coalesce(left(trim(extract_2025.owner_group), 1) in ('1', '2', '3', '4', '5', '6', '9'), false)
            as is_public_or_social,
        false as has_all_premises
    from {{ ref('stg_ff__extract_2025') }} as extract_2025
    cross join served
)

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
from premises
where geo_code is not null
group by year, geo_code
