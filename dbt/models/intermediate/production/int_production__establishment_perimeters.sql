select
    establishment_id,
    count(distinct name) as total_perimeters,
    count(*) as total_shapes,
    count(distinct kind) as total_kinds
from {{ ref('stg_production__geo_perimeters') }}
-- a perimeter without author was not deposited by anybody
where establishment_id is not null and created_by is not null
group by establishment_id
