with source as (
    select * from {{ source('production', 'establishments') }}
)

select
    id,
    format('{:09d}', {{ known('establishments', 'siren') }}) as siren,
    name,
    available,
    localities_geo_code,
    nullif(trim(kind), '') as kind,
    updated_at,
    source,
    suspended_at,
    deleted_at,
    siret,
    millesime,
    kind_admin_meta,
    layer_geo_label,
    dep_name,
    reg_name,
    kind_admin,
    dep_code,
    reg_code
from source
