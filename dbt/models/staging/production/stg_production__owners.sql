with source as (
    select * from {{ source('production', 'owners') }}
)

select
    id,
    full_name,
    kind_class,
    email,
    phone,
    idpersonne,
    siren,
    data_source,
    created_at,
    updated_at,
    entity,
    is_multi_owner,
    do_not_contact
from source
