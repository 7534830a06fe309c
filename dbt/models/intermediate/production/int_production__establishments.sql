with kinds as (
    select distinct
        {{ normalised_label('kind') }} as kind_key,
        label,
        kind_group,
        synthetic_label,
        regrouped_label,
        hierarchy_level,
        is_state_service,
        explicit_label
    from {{ ref('production_establishment_kinds') }}
),

live_users as (
    select
        establishment_id,
        count(*) as user_number
    from {{ ref('stg_production__users') }}
    where deleted_at is null
    group by establishment_id
)

select
    establishments.id as establishment_id,
    establishments.name,
    establishments.kind,
    establishments.siren,
    establishments.available,
    establishments.deleted_at is not null as is_deleted,
    establishments.localities_geo_code,
    coalesce(kinds.label, 'Autre') as kind_label,
    -- a kind that nobody knows shows its own code
    coalesce(kinds.explicit_label, nullif(trim(establishments.kind), ''), 'Inconnu') as explicit_label,
    coalesce(kinds.kind_group, 'other') as kind_group,
    coalesce(kinds.synthetic_label, 'Autre') as synthetic_label,
    coalesce(kinds.regrouped_label, 'Autre') as regrouped_label,
    kinds.hierarchy_level,
    coalesce(kinds.is_state_service, false) as is_state_service,
    -- a closed establishment is not registered, even where accounts were left open
    establishments.deleted_at is null and live_users.user_number is not null as registered
from {{ ref('stg_production__establishments') }} as establishments
left join kinds on {{ normalised_label('establishments.kind') }} = kinds.kind_key
left join live_users on establishments.id = live_users.establishment_id
