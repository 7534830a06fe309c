with source as (
    select * from {{ source('external', 'ort') }}
)

select
    commune as label,
    epci as epci_label,
    departement as department_label,
    region as region_label,
    {{ padded_geo_code('code_commune') }} as geo_code,
    statut_commune as commune_role,
    signee as signature_state,
    date_signature as signed_on,
    date_signature_envisagee as planned_on,
    duree_annees as duration_years,
    date_fin_estimee as estimated_end,
    acv as is_acv,
    pvd as is_pvd,
    longitude,
    latitude,
    derniere_actualisation as updated_on
from source
