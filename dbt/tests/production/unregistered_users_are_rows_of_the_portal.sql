-- Each line is a line of the portal, of a structure with access; nobody is listed twice under one e-mail.
select made.id_user
from {{ ref('marts_production_cerema_lovac_users_unregistered') }} as made
where
    not exists (
        select 1
        from {{ ref('stg_external__cerema_lovac_users') }} as said
        where
            said.email is not null
            and made.id_user is not distinct from said.id_user
            and made.exterieur = coalesce(said.is_external, false)
            and made.gestionnaire = coalesce(said.is_manager, false)
            and made.date_rattachement is not distinct from said.attached_on
            and made.date_expiration is not distinct from said.expires_on
            and made.cgu_valide is not distinct from said.accepted_terms_on
            and made.structure_id is not distinct from said.structure_id
            and made.structure_raison_sociale is not distinct from said.structure_name
            and made.structure_siret is not distinct from said.structure_siret
            and made.structure_niveau_acces is not distinct from said.structure_level
            and made.structure_acces_lovac = said.lovac_until
    )
