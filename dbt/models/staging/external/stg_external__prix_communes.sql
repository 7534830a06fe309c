with source as (
    select * from {{ source('external', 'prix_communes') }}
)

select
    {{ padded_geo_code('codgeo') }} as geo_code,
    annee as year,
    nombre_ventes as sales_count,
    prix_median_m2 as median_price_m2
from source
