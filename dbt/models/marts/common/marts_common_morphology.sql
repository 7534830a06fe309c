with lines as (
    select
        data_year as year,
        geo_code,
        count(*) as count_vacant_premisses
    from {{ ref('int_lovac__premises') }}
    where geo_code is not null
    group by data_year, geo_code
),

dwellings as (
    select
        data_year as year,
        geo_code,
        count(*) filter (where is_dwelling) as count_vacant_housing,
        count(*) filter (where is_private_dwelling) as count_vacant_housing_private,
        count(*) filter (where is_long_term_private) as count_fil,
        count(*) filter (where is_long_term_private_in_ff) as count_fil_ccthp,
        count(*) filter (where is_in_public_figure) as count_fil_public,
        -- decimals: a sum of doubles depends on the order of lines
        sum(cast(living_area as decimal(18, 3))) filter (where is_long_term_private_in_ff) as sum_living_area,
        sum(cast(plot_area as decimal(18, 3))) filter (where is_long_term_private_in_ff) as sum_plot_area
    from {{ ref('int_lovac__housing') }}
    where geo_code is not null
    group by data_year, geo_code
),

years as (
    select distinct year from lines
),

-- a year speaks when its LOVAC is there; then a commune without any vacant premises counts 0
lovac_years as (
    select
        years.year,
        criteria.public_criterion,
        years.year in (select stock.year from {{ ref('int_ff__stock') }} as stock) as has_stock
    from years
    left join {{ ref('int_lovac__public_criteria') }} as criteria on years.year = criteria.year
),

grain as (
    select
        year,
        geo_code
    from lines
    union
    select
        year,
        geo_code
    from {{ ref('int_ff__stock') }}
    union
    select
        year,
        geo_code
    from {{ ref('int_common__production_tags') }}
)

select
    grain.year,
    grain.geo_code,
    {{ city_code('grain.geo_code') }} as city_code,
    case when grain.year = {{ last_millesime('lovac') }} then coalesce(tags.count_last_lovac, 0) end
        as count_housing_last_lovac_production,
    coalesce(tags.count_tagged, 0) as count_housing_tagged_lovac_production,
    case when grain.year = {{ last_millesime('lovac') }} then coalesce(tags.count_last_ff, 0) end
        as count_housing_last_ff_production,
    case when grain.year = {{ last_millesime('lovac') }} then coalesce(tags.count_rented, 0) end
        as count_housing_rented_production,
    case when grain.year = {{ last_millesime('lovac') }} then coalesce(tags.count_vacant, 0) end
        as count_housing_vacant_production,
    case when grain.year = {{ last_millesime('lovac') }} then coalesce(tags.count_energy_sieve, 0) end
        as count_housing_energy_sieve_production,
    coalesce(lines.count_vacant_premisses, 0) as count_vacant_premisses,
    coalesce(dwellings.count_vacant_housing, 0) as count_vacant_housing,
    coalesce(dwellings.count_vacant_housing_private, 0) as count_vacant_housing_private,
    coalesce(dwellings.count_fil, 0) as count_vacant_housing_private_fil,
    coalesce(dwellings.count_fil_ccthp, 0) as count_vacant_housing_private_fil_ccthp,
    case
        when lovac_years.public_criterion is not null then coalesce(dwellings.count_fil_public, 0)
    end as count_vacant_housing_private_fil_public,
    cast(coalesce(dwellings.sum_living_area, 0) as decimal(38, 3)) as sum_living_area_vacant_housing_private_fil_ccthp,
    -- the files before 2023 have no plot area
    cast(
        case when grain.year >= 2023 then coalesce(dwellings.sum_plot_area, 0) end as decimal(38, 3)
    ) as sum_plot_area_vacant_housing_private_fil_ccthp,
    case when lovac_years.has_stock then coalesce(stock.count_housing, 0) end as count_housing,
    case when lovac_years.has_stock then coalesce(stock.count_housing_private, 0) end as count_housing_private,
    case when lovac_years.has_stock then coalesce(stock.count_housing_private_rented, 0) end
        as count_housing_private_rented,
    cast(changes.merged_destination_geo_code is not null as integer) as merged_this_year,
    cast(changes.split_destination_geo_code is not null as integer) as split_this_year,
    -- the public name has this spelling
    changes.merged_destination_geo_code as merged_destionation_geocode,
    changes.merged_destination_label,
    changes.split_destination_geo_code as split_destination_geocode,
    changes.split_destination_label,
    communes.label as city_label,
    departments.department_code as dep_code,
    departments.department_label as dep_label,
    departments.region_code,
    departments.region_label,
    communes.epci_code as epci_siren,
    communes.epci_label,
    lovac_years.public_criterion
from grain
inner join lovac_years on grain.year = lovac_years.year
left join lines on grain.year = lines.year and grain.geo_code = lines.geo_code
left join dwellings on grain.year = dwellings.year and grain.geo_code = dwellings.geo_code
left join {{ ref('int_ff__stock') }} as stock on grain.year = stock.year and grain.geo_code = stock.geo_code
left join {{ ref('int_common__production_tags') }} as tags on grain.year = tags.year and grain.geo_code = tags.geo_code
left join
    {{ ref('int_common__commune_changes') }} as changes
    on grain.year = changes.year and grain.geo_code = changes.geo_code
left join {{ ref('int_common__communes') }} as communes on grain.geo_code = communes.geo_code
left join {{ ref('stg_external__departements') }} as departments
    on {{ department_code('grain.geo_code') }} = departments.department_code
