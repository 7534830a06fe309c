-- E-mails are pseudonyms of the same normal form on both sides. A deleted account was a registration too.
with unregistered as (
    select users.*
    from {{ ref('stg_external__cerema_lovac_users') }} as users
    anti join {{ ref('stg_production__users') }} as accounts on users.email = accounts.email
    where users.email is not null and users.lovac_until is not null
    -- somebody of several structures is one person to contact, in the structure whose access lasts longest
    qualify
        row_number() over (
            partition by users.email
            order by
                users.lovac_until desc,
                users.structure_siret asc nulls last,
                users.structure_id asc nulls last,
                users.id_user asc nulls last,
                users.attached_on asc nulls last,
                users.expires_on asc nulls last
        ) = 1
)

select
    id_user,
    coalesce(is_external, false) as exterieur,
    coalesce(is_manager, false) as gestionnaire,
    attached_on as date_rattachement,
    expires_on as date_expiration,
    accepted_terms_on as cgu_valide,
    structure_id,
    structure_name as structure_raison_sociale,
    structure_siret,
    structure_level as structure_niveau_acces,
    lovac_until as structure_acces_lovac
from unregistered
