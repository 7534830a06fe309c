select
    label as nom,
    epci_code as code,
    list_sort(department_codes) as "codesDepartements",
    list_sort(region_codes) as "codesRegions",
    population
from {{ ref('stg_external__admin_epci') }}
