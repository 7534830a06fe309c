with source as (
    select * from {{ source('external', 'tlv_zone_1') }}
)

select
    {{ padded_geo_code('geo_code') }} as geo_code
from source
