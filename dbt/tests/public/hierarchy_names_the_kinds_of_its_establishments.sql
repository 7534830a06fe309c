select
    pairs.ancestor_id,
    pairs.descendant_id
from {{ ref('marts_public_establishments_hierarchy') }} as pairs
inner join {{ ref('int_production__establishments') }} as larger on pairs.ancestor_id = larger.establishment_id
inner join {{ ref('int_production__establishments') }} as smaller on pairs.descendant_id = smaller.establishment_id
where
    pairs.ancestor_type is distinct from larger.kind
    or pairs.descendant_type is distinct from smaller.kind
    or pairs.depth is distinct from larger.hierarchy_level - smaller.hierarchy_level
    or len(list_intersect(larger.localities_geo_code, smaller.localities_geo_code)) = 0
