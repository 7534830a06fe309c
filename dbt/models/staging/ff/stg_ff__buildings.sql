with source as (
    select * from {{ source('ff', 'ff_buildings_2024') }}
)

select
    idbat as building_id,
    nlogh as housing_count,
    rnb_id,
    rnb_id_score
from source
