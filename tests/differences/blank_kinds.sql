SELECT
    (SELECT count(*) FROM production.establishments WHERE trim(kind) = '') AS upstream,
    (SELECT count(*) FROM marts_production_establishments WHERE kind = '') AS ours
