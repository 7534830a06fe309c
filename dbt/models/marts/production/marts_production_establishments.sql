{%- set contact_counts = [
    'contacted_housing', 'contacts_number', 'contacted_housing_followup_ended', 'contacted_housing_followup_ended_not_vacant'
] -%}

select
    cast(establishments.id as varchar) as establishment_id,
    establishments.id,
    establishments.siren,
    establishments.name,
    establishments.available,
    establishments.localities_geo_code,
    establishments.kind,
    establishments.updated_at,
    establishments.source,
    establishments.suspended_at,
    establishments.deleted_at,
    establishments.siret,
    establishments.millesime,
    establishments.kind_admin_meta,
    establishments.layer_geo_label,
    establishments.dep_name,
    establishments.reg_name,
    establishments.kind_admin,
    establishments.dep_code,
    establishments.reg_code,
    kinds.kind_label as establishment_kind_label,
    kinds.synthetic_label as establishment_synthetic_type_label,
    kinds.is_state_service as covered_by_state_service,
    coalesce(users.user_number, 0) as user_number,
    coalesce(users.user_number, 0) > 0 as is_active,
    users.last_activated_at,
    users.first_activated_at,
    users.last_authenticated_at,
    coalesce(users.connected_last_30_days, false) as connected_last_30_days,
    coalesce(users.connected_last_60_days, false) as connected_last_60_days,
    coalesce(users.connected_last_90_days, false) as connected_last_90_days,
    coalesce(campaigns.total_campaigns, 0) > 0 as has_campaigns,
    coalesce(campaigns.total_campaigns, 0) as total_campaigns,
    coalesce(campaigns.total_sent_campaigns, 0) as total_sent_campaigns,
    coalesce(campaigns.total_exported_campaigns, 0) as total_exported_campaigns,
    campaigns.last_campaign_created,
    campaigns.first_campaign_created,
    coalesce(campaigns.is_creation_gt_30_days, 0) as is_creation_gt_30_days,
    coalesce(campaigns.is_creation_lt_30_days, 0) as is_creation_lt_30_days,
    coalesce(groups.total_groups, 0) > 0 as has_groups,
    coalesce(groups.total_groups, 0) as total_groups,
    coalesce(groups.total_exported_groups, 0) as total_exported_groups,
    groups.last_group_created,
    groups.first_group_created,
    coalesce(perimeters.total_shapes, 0) > 0 as has_perimeters,
    coalesce(perimeters.total_perimeters, 0) as total_perimeters,
    coalesce(perimeters.total_shapes, 0) as total_shapes,
    coalesce(perimeters.total_kinds, 0) as total_kinds,
    {% for count in contact_counts %}
        {% for year in contact_years() %}
            coalesce(contacts.{{ count }}_{{ year }}, 0) as {{ count }}_{{ year }},
        {% endfor %}
    {% endfor %}
    last_events.last_event_status_user_followup,
    last_events.last_event_status_label_user_followup,
    last_events.last_event_date_user_followup,
    last_events.last_event_sub_status_label_user_followup,
    last_events.last_event_occupancy_user_occupancy,
    last_events.last_event_date_user_occupancy
from {{ ref('stg_production__establishments') }} as establishments
inner join {{ ref('int_production__establishments') }} as kinds on establishments.id = kinds.establishment_id
left join {{ ref('int_production__establishment_users') }} as users
    on establishments.id = users.establishment_id
left join {{ ref('int_production__establishment_campaigns') }} as campaigns
    on establishments.id = campaigns.establishment_id
left join {{ ref('int_production__establishment_groups') }} as groups
    on establishments.id = groups.establishment_id
left join {{ ref('int_production__establishment_perimeters') }} as perimeters
    on establishments.id = perimeters.establishment_id
left join {{ ref('int_production__establishment_contacts') }} as contacts
    on establishments.id = contacts.establishment_id
left join {{ ref('int_production__establishment_last_events') }} as last_events
    on establishments.id = last_events.establishment_id
