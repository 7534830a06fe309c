-- of several establishments of one group the last by its name speaks for a city, always the same
with coverage as (
    select
        city_code,
        bool_or(kind_group = 'commune') as is_direct,
        bool_or(kind_group = 'intercommunality') as has_intercommunality,
        max({ 'name': name, 'kind': kind_label }) filter (where kind_group = 'intercommunality') as intercommunality,
        bool_or(kind_group in ('state_service_department', 'state_service_region')) as has_state_service,
        max(name) filter (where kind_group = 'state_service_department') as department_service_name,
        max(name) filter (where kind_group = 'state_service_region') as region_service_name
    from {{ ref('int_production__establishment_cities') }}
    where registered
    group by city_code
)

select
    cities.city_code,
    cities.label,
    cities.department_code,
    cities.region_code,
    cities.tlv1,
    cities.tlv2,
    cities.action_coeur_de_ville,
    cities.action_coeur_de_ville_1,
    cities.petite_ville_de_demain,
    cities.village_davenir,
    cities.opah,
    cities.type_opah,
    cities.pig,
    cities.ort_signed,
    cities.ort_signed_at,
    cities.uu_name,
    cities.uu_code,
    cities.epci_code,
    cities.epci_name,
    coalesce(coverage.is_direct, false) as inscrit_zlv_direct,
    coalesce(coverage.has_intercommunality, false) as "inscrit_zlv_via_intercommunalité",
    coverage.intercommunality.name as "nom_intercommunalité",
    coverage.intercommunality.kind as "type_intercommunalité",
    coalesce(coverage.has_state_service, false) as couverte_via_service_etat,
    coverage.department_service_name as nom_service_etat_departemental,
    coverage.region_service_name as "nom_service_etat_régional"
from {{ ref('int_common__cities') }} as cities
left join coverage on cities.city_code = coverage.city_code
-- codes that the COG of the table's name does not hold are no commune of that year
where cities.is_official
