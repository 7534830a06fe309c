with source as (
    select * from {{ source('external', 'fusions') }}
)

select
    annee_modif as year,
    {{ padded_geo_code('com_ini') }} as old_geo_code,
    {{ padded_geo_code('com_fin') }} as new_geo_code,
    lib_com_ini as old_label,
    lib_com_fin as new_label
from source
