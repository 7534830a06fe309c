SELECT
    (SELECT count(*) FROM production.establishments WHERE length(CAST(siren AS VARCHAR)) < 9)
    + (SELECT count(*) FROM production.users AS u JOIN production.establishments AS e ON e.id = u.establishment_id
        WHERE u.deleted_at IS NULL AND length(CAST(e.siren AS VARCHAR)) < 9) AS upstream,
    (SELECT count(*) FROM marts_production_establishments WHERE length(siren) < 9)
    + (SELECT count(*) FROM marts_production_users WHERE length(siren) < 9) AS ours
