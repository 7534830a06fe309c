select
    label as nom,
    geo_code as code,
    department_code as "codeDepartement",
    siren,
    epci_code as "codeEpci",
    region_code as "codeRegion",
    list_sort(postcodes) as "codesPostaux",
    population
from {{ ref('stg_external__admin_communes') }}
