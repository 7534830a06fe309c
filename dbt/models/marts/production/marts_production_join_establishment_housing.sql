select
    cast(cities.establishment_id as varchar) as establishment_id,
    housing.geo_code,
    housing.id
from {{ ref('stg_production__housing') }} as housing
inner join {{ ref('int_production__establishment_cities') }} as cities on housing.geo_code = cities.geo_code
