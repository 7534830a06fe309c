{{ config(materialized='table') }}

-- a table: many read it, and each reading of the view would trim and cast the whole stock of the country again
with served as (
    select unnest(cast({{ years_of_the_extract() }} as integer[])) as year
)

select
    premises.data_year as year,
    premises.local_id,
    premises.geo_code,
    trim(premises.premises_type) as premises_type,
    trim(premises.occupancy) as occupancy,
    premises.living_area,
    {{ try_integer('premises.building_year') }} as building_year,
    case
        when coalesce(premises.file_layout, '') <> 'extract'
            then coalesce(category.owner_kind, family.owner_kind, 'Non classifié')
    end as owner_kind,
    -- the owner group where the file has one; the housing files have none, and their category says the same
    coalesce(
        {{ public_or_social_group('premises.owner_group') }},
        category.is_public_or_social,
        family.is_public_or_social,
        false
    ) as is_public_or_social,
    case when premises.file_layout = 'extract' then 'ccogrm' else 'catpro3' end as private_rule,
    coalesce(premises.file_layout, '') <> 'extract' as has_all_premises
from {{ ref('stg_ff__premises') }} as premises
left join {{ ref('owner_kinds') }} as category on premises.owner_category = category.prefix
left join {{ ref('owner_kinds') }} as family on left(premises.owner_category, 1) = family.prefix

union all

-- it holds dwellings only, without area, construction year or owner category
select
    served.year,
    extract_2025.local_id,
    extract_2025.geo_code,
    trim(extract_2025.premises_type) as premises_type,
    trim(extract_2025.occupancy) as occupancy,
    null as living_area,
    null as building_year,
    null as owner_kind,
    coalesce({{ public_or_social_group('extract_2025.owner_group') }}, false) as is_public_or_social,
    'ccogrm' as private_rule,
    false as has_all_premises
from {{ ref('stg_ff__extract_2025') }} as extract_2025
cross join served
