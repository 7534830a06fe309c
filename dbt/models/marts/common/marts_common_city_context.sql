with current_communes as (
    select distinct geo_code
    from {{ ref('stg_external__cog_communes_2024') }}
    where commune_type = 'COM'
),

populations as (
    select
        geo_code,
        max(population) as population
    from {{ ref('stg_external__admin_communes') }}
    group by geo_code
),

abc_zones as (
    select
        geo_code,
        min(abc_zone) as abc_zone
    from {{ ref('stg_external__zonage_abc') }}
    group by geo_code
),

densities as (
    select
        geo_code,
        min(density_level) as density_level,
        min_by(density_label, density_level) as density_label
    from {{ ref('stg_external__densite_2024') }}
    group by geo_code
),

-- the newest year that tells the figure
incomes as (
    select
        geo_code,
        max({ 'year': year, 'amount': median_income }) as latest
    from {{ ref('stg_external__revenus_communes') }}
    where median_income is not null
    group by geo_code
),

prices as (
    select
        geo_code,
        max({ 'year': year, 'amount': median_price_m2, 'sales': sales_count }) as latest
    from {{ ref('stg_external__prix_communes') }}
    where median_price_m2 is not null
    group by geo_code
)

select
    cities.city_code,
    cities.label,
    cities.department_code,
    cities.region_code,
    cities.epci_code,
    cities.epci_name,
    populations.population,
    abc_zones.abc_zone,
    abc_zones.abc_zone in ('Abis', 'A', 'B1') as is_tense,
    densities.density_level,
    densities.density_label,
    densities.density_level >= 5 as is_rural,
    {{ tlv_zone('cities') }} as tlv_zone,
    cities.action_coeur_de_ville,
    cities.petite_ville_de_demain,
    cities.village_davenir,
    cities.ort_signed,
    cities.opah > 0 as has_opah,
    incomes.latest.year as income_year,
    incomes.latest.amount as median_income,
    prices.latest.year as price_year,
    prices.latest.sales as sales_count,
    prices.latest.amount as median_price_m2
from {{ ref('int_common__cities') }} as cities
inner join current_communes on cities.city_code = current_communes.geo_code
left join populations on cities.city_code = populations.geo_code
left join abc_zones on cities.city_code = abc_zones.geo_code
left join densities on cities.city_code = densities.geo_code
left join incomes on cities.city_code = incomes.geo_code
left join prices on cities.city_code = prices.geo_code
