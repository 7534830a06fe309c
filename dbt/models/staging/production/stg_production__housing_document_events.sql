with source as (
    select * from {{ source('production', 'housing_document_events') }}
)

select
    event_id,
    housing_geo_code,
    housing_id
from source
