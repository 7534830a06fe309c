select
    cast(establishment_id as varchar) as establishment_id,
    geo_code
from {{ ref('int_production__establishment_cities') }}
