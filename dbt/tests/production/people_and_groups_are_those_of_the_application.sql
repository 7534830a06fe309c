-- What the marts keep of owners, users and groups is what the application says, row by row.
{%- set kept = {
    'owners': ['id', 'kind_class', 'entity', 'data_source', 'created_at', 'updated_at'],
    'groups': ['id', 'created_at', 'archived_at', 'establishment_id', 'exported_at', 'housing_count', 'owner_count'],
    'users': ['id', 'role', 'activated_at', 'last_authenticated_at', 'updated_at', 'time_per_week', 'suspended_at'],
} %}
{%- for name, columns in kept.items() %}
select '{{ name }}' as mart, cast(id as varchar) as id
from (
    (select {{ columns | join(', ') }} from {{ ref('marts_production_' ~ name) }})
    except
    (select {{ columns | join(', ') }} from {{ ref('stg_production__' ~ name) }})
)
{{ 'union all' if not loop.last }}
{%- endfor %}
union all
select 'owners' as mart, owner_id as id
from {{ ref('marts_production_owners') }} as made
inner join {{ ref('stg_production__owners') }} as said on made.id = said.id
where
    made.owner_id <> cast(made.id as varchar)
    or (said.is_multi_owner is not null and made.is_multi_owner is distinct from said.is_multi_owner)
    or made.do_not_contact <> coalesce(said.do_not_contact, false)
    or made.has_siren <> (said.siren is not null)
    or made.can_be_mailed <> (said.email is not null)
    or made.can_be_called <> (said.phone is not null)
union all
select 'users' as mart, user_id as id
from {{ ref('marts_production_users') }} as made
inner join {{ ref('stg_production__users') }} as said on made.id = said.id
where
    made.user_id <> cast(made.id as varchar)
    or made.establishment_id is distinct from cast(said.establishment_id as varchar)
    or (made.user_type = 'zlv') is distinct from said.is_zlv_team
    or said.deleted_at is not null
