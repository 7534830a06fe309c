with source as (
    select * from {{ source('external', 'cog_communes_2024') }}
)

select
    typecom as commune_type,
    com as geo_code,
    reg as region_code,
    dep as department_code,
    ctcd as collectivity_code,
    arr as district_code,
    tncc as name_kind,
    ncc as upper_case_label,
    nccenr as rich_label,
    libelle as label,
    can as canton_code,
    comparent as parent_geo_code
from source
