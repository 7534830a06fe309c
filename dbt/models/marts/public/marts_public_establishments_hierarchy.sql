-- the ancestor is the larger one: it has the higher level; an establishment outside the levels has none
select distinct
    larger.establishment_id as ancestor_id,
    smaller.establishment_id as descendant_id,
    larger.kind as ancestor_type,
    smaller.kind as descendant_type,
    larger.hierarchy_level - smaller.hierarchy_level as depth
from {{ ref('int_production__establishment_cities') }} as larger
inner join {{ ref('int_production__establishment_cities') }} as smaller
    on larger.geo_code = smaller.geo_code and larger.hierarchy_level > smaller.hierarchy_level
