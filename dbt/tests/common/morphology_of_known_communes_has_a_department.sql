-- Overseas included, a commune in a department of the list has its department and its region.
select
    morphology.year,
    morphology.geo_code
from {{ ref('marts_common_morphology') }} as morphology
inner join {{ ref('stg_external__departements') }} as departments
    on {{ department_code('morphology.geo_code') }} = departments.department_code
where morphology.dep_code is null or morphology.region_code is null or morphology.region_label is null
