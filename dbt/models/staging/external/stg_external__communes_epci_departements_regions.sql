with source as (
    select * from {{ source('external', 'communes_epci_departements_regions') }}
)

select
    {{ padded_geo_code('com_code') }} as geo_code,
    com_siren as siren,
    com_name as label,
    epci_siren as epci_code,
    epci_name as epci_label,
    dep_siren as department_siren,
    dep_name as department_label,
    reg_siren as region_siren,
    reg_name as region_label,
    ept_siren as ept_code,
    ept_name as ept_label
from source
