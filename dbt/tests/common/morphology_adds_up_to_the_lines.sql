-- Every LOVAC line with a commune is counted once, in its year and commune; dwellings too.
with lines as (
    select
        data_year as year,
        geo_code,
        count(*) as lines_count
    from {{ ref('stg_lovac__premises') }}
    where geo_code is not null
    group by data_year, geo_code
),

dwellings as (
    select
        data_year as year,
        -- numbers in place of keys: those of a whole country's years do not fit a small session
        count(distinct hash(local_id)) filter (where local_id is not null)
        + count(*) filter (where local_id is null) as dwellings_count
    from {{ ref('int_lovac__premises') }}
    where is_dwelling and geo_code is not null
    group by data_year
),

counted as (
    select
        year,
        sum(count_vacant_housing) as dwellings_count
    from {{ ref('marts_common_morphology') }}
    group by year
)

select
    'lines' as what,
    coalesce(lines.year, morphology.year) as year,
    coalesce(lines.geo_code, morphology.geo_code) as geo_code
from lines
full outer join {{ ref('marts_common_morphology') }} as morphology
    on lines.year = morphology.year and lines.geo_code = morphology.geo_code
where coalesce(lines.lines_count, 0) is distinct from morphology.count_vacant_premisses

union all

select
    'dwellings' as what,
    dwellings.year,
    null as geo_code
from dwellings
left join counted on dwellings.year = counted.year
where dwellings.dwellings_count is distinct from counted.dwellings_count
