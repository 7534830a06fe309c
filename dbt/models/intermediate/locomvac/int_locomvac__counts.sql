{{ config(materialized='table') }}

{#- Smallest count that may be read. -#}
{%- set threshold = 11 -%}

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
),

ranked as (
    select
        *,
        min(premises_count) over (partition by year, geo_code, dimension) as smallest,
        row_number() over sizes as size_rank,
        coalesce(sum(premises_count) over (sizes rows between unbounded preceding and 1 preceding), 0) as sum_of_smaller
    from counted
    window sizes as (partition by year, geo_code, dimension order by premises_count, category)
)

select
    year,
    geo_code,
    dimension,
    category,
    premises_count,
    -- the total gives a hidden count away when it is hidden alone, or when those hidden with it are few:
    -- hide the next smallest too
    premises_count < {{ threshold }}
    or (smallest < {{ threshold }} and (size_rank <= 2 or sum_of_smaller < {{ threshold }})) as is_hidden
from ranked
