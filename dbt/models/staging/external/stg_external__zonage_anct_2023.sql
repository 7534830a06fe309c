with source as (
    select * from {{ source('external', 'zonage_anct_2023') }}
)

select
    {{ padded_geo_code('insee_com') }} as geo_code,
    lib_com as label,
    id_pvd as pvd_id,
    id_ti as industry_territory_id,
    id_crte as crte_id,
    id_acv as acv_id,
    id_ami as ami_id,
    id_fabp as fabrique_id,
    id_amm as amm_id,
    id_habinclus as inclusive_housing_id,
    id_cite as cite_id,
    id_cde as cde_id,
    id_fs as france_services_id,
    id_acv2 as acv_2_id,
    id_va as village_id,
    id_site as site_id
from source
