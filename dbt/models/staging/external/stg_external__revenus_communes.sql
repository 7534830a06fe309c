with source as (
    select * from {{ source('external', 'revenus_communes') }}
)

select
    {{ padded_geo_code('codgeo') }} as geo_code,
    millesime as year,
    revenu_median as median_income
from source
