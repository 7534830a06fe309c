with premises as (
    select
        year,
        department_code,
        geo_code,
        invariant,
        owner_kind,
        upper(left(trim(revised_category), 3)) as family,
        revised_category,
        revised_rental_value
    from {{ ref('stg_locomvac__premises') }}
    -- a line of no year or no commune is counted by the tests of staging
    where year is not null and geo_code is not null
    -- a commune's file and its intercommunality's hold the same premises;
    -- without an invariant nothing tells two lines apart
    qualify
        invariant is null
        or row_number() over (
            partition by year, department_code, invariant
            order by
                geo_code, revised_category nulls last, owner_kind nulls last, revised_rental_value nulls last
        ) = 1
)

select
    year,
    department_code,
    geo_code,
    invariant,
    revised_category,
    revised_rental_value,
    case when family in ('MAG', 'BUR', 'DEP', 'ATE', 'HOT') then family else 'other' end as family,
    case owner_kind when 'personne morale' then 'legal' when 'personne physique' then 'natural' else 'unknown' end
        as owner_kind
from premises
