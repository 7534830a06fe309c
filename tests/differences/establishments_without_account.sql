SELECT
    count(*) FILTER (id NOT IN (SELECT establishment_id FROM production.users WHERE deleted_at IS NULL AND establishment_id IS NOT NULL))
        AS upstream,
    count(*) FILTER (user_number IS NULL OR connected_last_30_days IS NULL) AS ours
FROM marts_production_establishments
