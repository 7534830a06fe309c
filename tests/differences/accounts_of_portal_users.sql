SELECT
    (SELECT count(DISTINCT coalesce(email, '')) FROM external.cerema_lovac_users
        WHERE structure_acces_lovac IS NOT NULL
            AND coalesce(email, '') NOT IN (SELECT email FROM production.users WHERE email IS NOT NULL AND deleted_at IS NULL)) AS upstream,
    (SELECT count(*) FROM marts_production_cerema_lovac_users_unregistered) AS ours
