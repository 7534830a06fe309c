SELECT
    (SELECT count(*) FROM production.users WHERE deleted_at IS NULL AND role NOT IN (0, 1, 2)) AS upstream,
    (SELECT count(*) FROM marts_production_users WHERE role NOT IN (0, 1, 2)) AS ours
