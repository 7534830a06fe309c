select
    cast(owners.id as varchar) as owner_id,
    owners.id,
    owners.kind_class,
    owners.entity,
    owners.data_source,
    owners.created_at,
    owners.updated_at,
    -- unknown stays unknown, but for an owner whose dwellings are known to be several
    coalesce(owners.is_multi_owner, if(housings.active_housing_count > 1, true, null)) as is_multi_owner,
    coalesce(owners.do_not_contact, false) as do_not_contact,
    owners.siren is not null as has_siren,
    owners.email is not null as can_be_mailed,
    owners.phone is not null as can_be_called,
    coalesce(housings.housing_count, 0) as housing_count,
    coalesce(housings.active_housing_count, 0) as active_housing_count,
    coalesce(housings.housing_departments, cast([] as varchar[])) as housing_departments
from {{ ref('stg_production__owners') }} as owners
left join {{ ref('int_production__owner_housings') }} as housings on owners.id = housings.owner_id
