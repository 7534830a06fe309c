-- Every column of the establishment in marts_production_users is that of marts_production_establishments.
{%- set columns = [
    'siren', 'name', 'available', 'localities_geo_code', 'source', 'siret', 'millesime', 'kind_admin_meta', 'layer_geo_label',
    'dep_name', 'reg_name', 'kind_admin', 'dep_code', 'reg_code', 'establishment_kind_label', 'establishment_synthetic_type_label',
    'covered_by_state_service',
] %}
{%- set renamed = {'kind_1': 'kind', 'updated_at_1': 'updated_at', 'suspended_at_1': 'suspended_at', 'deleted_at_1': 'deleted_at'} %}
select users.id
from {{ ref('marts_production_users') }} as users
left join {{ ref('marts_production_establishments') }} as establishments
    on users.establishment_id = establishments.establishment_id
where
    {%- for column in columns %}
    users.{{ column }} is distinct from establishments.{{ column }} or
    {%- endfor %}
    {%- for column, there in renamed.items() %}
    users.{{ column }} is distinct from establishments.{{ there }}{{ ' or' if not loop.last }}
    {%- endfor %}
