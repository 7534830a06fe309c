with source as (
    select * from {{ source('production', 'buildings') }}
)

select
    id,
    housing_count,
    vacant_housing_count,
    rent_housing_count,
    rnb_id,
    rnb_id_score,
    class_dpe,
    class_ges,
    dpe_date_at,
    dpe_type,
    heating_building,
    dpe_import_match,
    rnb_footprint
from source
