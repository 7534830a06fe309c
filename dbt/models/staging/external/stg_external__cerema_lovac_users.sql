with source as (
    select * from {{ source('external', 'cerema_lovac_users') }}
)

select
    email,
    id_user,
    exterieur as is_external,
    gestionnaire as is_manager,
    date_rattachement as attached_on,
    date_expiration as expires_on,
    cast(try_cast(cgu_valide as timestamp) as date) as accepted_terms_on,
    structure_id,
    structure_raison_sociale as structure_name,
    trim(structure_siret) as structure_siret,
    structure_niveau_acces as structure_level,
    structure_acces_lovac as lovac_until
from source
