{{ config(materialized='table') }}

with places as (
    select distinct
        current_geo_code as geo_code,
        {{ city_code('current_geo_code') }} as city_code
    from {{ ref('int_common__current_communes') }}
),

named as (
    select
        places.geo_code,
        places.city_code,
        cities.label as city_label,
        coalesce(communes.department_code, {{ department_code('places.geo_code') }}) as department_code,
        communes.department_label,
        communes.region_code,
        communes.region_label,
        communes.epci_code,
        communes.epci_label
    from places
    left join {{ ref('int_common__communes') }} as communes on places.geo_code = communes.geo_code
    left join {{ ref('int_common__communes') }} as cities on places.city_code = cities.geo_code
),

-- an application's territory may name former communes, a whole city or one of its arrondissements
establishments as (
    select
        cast(territory.establishment_id as varchar) as establishment_id,
        territory.name,
        coalesce(mapped.current_geo_code, territory.geo_code) as geo_code
    from {{ ref('int_production__establishment_cities') }} as territory
    left join {{ ref('int_common__current_communes') }} as mapped on territory.geo_code = mapped.geo_code
    where not territory.is_deleted
),

covered as (
    select
        establishments.establishment_id,
        establishments.name,
        places.geo_code
    from establishments
    inner join places on establishments.geo_code = places.geo_code
    union
    select
        establishments.establishment_id,
        establishments.name,
        places.geo_code
    from establishments
    inner join places on establishments.geo_code = places.city_code
),

levels as (
    select
        'commune' as territory_level,
        city_code as territory_code,
        city_label as label,
        geo_code
    from named
    union all
    select
        'epci' as territory_level,
        epci_code as territory_code,
        epci_label as label,
        geo_code
    from named
    where epci_code is not null
    union all
    select
        'departement' as territory_level,
        department_code as territory_code,
        department_label as label,
        geo_code
    from named
    union all
    select
        'region' as territory_level,
        region_code as territory_code,
        region_label as label,
        geo_code
    from named
    where region_code is not null
    union all
    select
        'etablissement' as territory_level,
        establishment_id as territory_code,
        name as label,
        geo_code
    from covered
)

select
    territory_level,
    territory_code,
    coalesce(min(label) over (partition by territory_level, territory_code), territory_code) as territory_label,
    geo_code
from levels
