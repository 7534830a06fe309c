with source as (
    select * from {{ source('production', 'owners_housing') }}
)

select
    owner_id,
    housing_id,
    rank,
    start_date,
    end_date,
    origin,
    housing_geo_code,
    idprocpte,
    idprodroit,
    locprop_source,
    property_right,
    {{ known('owners_housing', 'locprop_relative_ban') }} as locprop_relative_ban,
    {{ known('owners_housing', 'locprop_distance_ban') }} as locprop_distance_ban
from source
