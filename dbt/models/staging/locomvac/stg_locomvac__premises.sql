{%- set columns = {
    'siret_destinataire': 'varchar',
    'code_epci': 'varchar',
    'siret_epci': 'varchar',
    'annee': 'varchar',
    'code_dsf': 'varchar',
    'code_commune': 'varchar',
    'code_postal': 'varchar',
    'libelle_commune': 'varchar',
    'proprietaire': 'varchar',
    'owner_kind': 'varchar',
    'invariant_du_local': 'varchar',
    'code_nature_du_local': 'varchar',
    'code_affectation_du_local': 'varchar',
    'categorie_revisee': 'varchar',
    'valeur_locative_revisee_du_descriptif': 'varchar',
    'code_sie': 'varchar',
    'file_name': 'varchar',
    'file_year': 'integer'
} -%}

with unioned as (
    {{ union_millesimes('locomvac', 'locomvac', columns) }}
)

select
    {{ try_integer('annee') }} as year,
    siret_destinataire as recipient_siret,
    code_epci as epci_tax_code,
    siret_epci as epci_siret,
    {{ department_of_directorate('code_dsf') }} as department_code,
    {{ geo_code(department_of_directorate('code_dsf'), 'code_commune') }} as geo_code,
    code_dsf as tax_directorate,
    code_commune as commune_number,
    code_postal as postcode,
    libelle_commune as commune_label,
    proprietaire as owner_name,
    owner_kind,
    invariant_du_local as invariant,
    code_nature_du_local as nature,
    code_affectation_du_local as use_code,
    categorie_revisee as revised_category,
    {{ try_number('valeur_locative_revisee_du_descriptif') }} as revised_rental_value,
    code_sie as business_tax_office,
    file_name,
    file_year
from unioned
