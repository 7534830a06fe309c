{{ config(materialized='table') }}

with counted as (
    select
        year,
        geo_code,
        'total' as dimension,
        'total' as category,
        count(*) as premises_count
    from {{ ref('int_locomvac__premises') }}
    group by year, geo_code

    union all

    select
        year,
        geo_code,
        'family' as dimension,
        family as category,
        count(*) as premises_count
    from {{ ref('int_locomvac__premises') }}
    group by year, geo_code, family

    union all

    select
        year,
        geo_code,
        'owner' as dimension,
        owner_kind as category,
        count(*) as premises_count
    from {{ ref('int_locomvac__premises') }}
    group by year, geo_code, owner_kind
)

select
    year,
    geo_code,
    dimension,
    category,
    premises_count,
    {{ hidden_by_secrecy('premises_count', 'year, geo_code, dimension', 'category') }} as is_hidden
from counted
