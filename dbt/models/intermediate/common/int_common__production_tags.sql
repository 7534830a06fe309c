with tagged as (
    select
        geo_code,
        occupancy,
        {{ energy_sieve('energy_consumption_bdnb') }} as is_energy_sieve,
        list_contains(data_file_years, 'ff-{{ last_millesime('ff') }}-locatif') as is_in_last_ff,
        unnest(list_distinct(data_file_years)) as tag
    from {{ ref('stg_production__housing') }}
),

lovac as (
    select
        *,
        cast(split_part(tag, '-', 2) as integer) as year
    from tagged
    where regexp_full_match(tag, 'lovac-[0-9]{4}')
)

select
    year,
    geo_code,
    count(*) as count_tagged,
    -- known for the newest LOVAC only: the application keeps the present state of a dwelling
    case when year = {{ last_millesime('lovac') }} then count(*) end as count_last_lovac,
    case when year = {{ last_millesime('lovac') }} then count(*) filter (where is_in_last_ff) end as count_last_ff,
    case when year = {{ last_millesime('lovac') }} then count(*) filter (where occupancy = 'L') end as count_rented,
    case when year = {{ last_millesime('lovac') }} then count(*) filter (where occupancy = 'V') end as count_vacant,
    case when year = {{ last_millesime('lovac') }} then count(*) filter (where is_energy_sieve) end
        as count_energy_sieve
from lovac
group by year, geo_code
