{{ config(materialized='table') }}

with categories as (
    select
        year,
        geo_code,
        family,
        coalesce(nullif(upper(trim(revised_category)), ''), 'Inconnue') as category,
        count(*) as premises_count
    from {{ ref('int_locomvac__premises') }}
    group by all
),

-- as the communes' own mart shows it
shown as (
    select
        year,
        geo_code,
        category as family,
        premises_count,
        not is_hidden as is_shown,
        dimension
    from {{ ref('int_locomvac__counts') }}
),

cells as (
    select
        year,
        geo_code,
        'ensemble' as dimension,
        'Ensemble' as family,
        'Ensemble' as category,
        premises_count,
        true as has_shown_parent,
        is_shown
    from shown
    where dimension = 'total'

    union all

    select
        families.year,
        families.geo_code,
        'famille' as dimension,
        families.family,
        families.family as category,
        families.premises_count,
        totals.is_shown as has_shown_parent,
        families.is_shown
    from shown as families
    inner join shown as totals
        on families.year = totals.year and families.geo_code = totals.geo_code and totals.dimension = 'total'
    where families.dimension = 'family'

    union all

    select
        categories.year,
        categories.geo_code,
        'categorie' as dimension,
        categories.family,
        categories.category,
        categories.premises_count,
        totals.is_shown and families.is_shown as has_shown_parent,
        not {{ hidden_by_secrecy(
            'categories.premises_count', 'categories.year, categories.geo_code, categories.family', 'categories.category'
        ) }} as is_shown
    from categories
    inner join shown as totals
        on categories.year = totals.year and categories.geo_code = totals.geo_code and totals.dimension = 'total'
    inner join shown as families
        on
            categories.year = families.year
            and categories.geo_code = families.geo_code
            and families.dimension = 'family'
            and categories.family = families.family
)

select
    year,
    geo_code,
    dimension,
    family,
    category,
    premises_count,
    has_shown_parent,
    has_shown_parent and is_shown as is_shown
from cells
