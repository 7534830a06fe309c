-- Labels that look alike once normalised must say the same, otherwise a join would repeat rows.
select
    'status' as seed,
    {{ normalised_label('label') }} as label_key
from {{ ref('production_status_labels') }}
group by all
having count(distinct status) > 1
union all
select
    'dashboard label' as seed,
    cast(status as varchar) as label_key
from {{ ref('production_status_labels') }}
group by all
having count(distinct dashboard_label) <> 1
union all
select
    'occupancy' as seed,
    {{ normalised_label('label') }} as label_key
from {{ ref('production_occupancy_labels') }}
group by all
having count(*) > 1
union all
select
    'establishment kind' as seed,
    {{ normalised_label('kind') }} as label_key
from {{ ref('production_establishment_kinds') }}
group by all
having count(distinct row(label, kind_group, synthetic_label, regrouped_label, hierarchy_level, is_state_service)) > 1
