SELECT
    (SELECT count(*) FROM production.housing WHERE status NOT BETWEEN 0 AND 5) AS upstream,
    (SELECT count(*) FROM marts_production_housing WHERE status NOT BETWEEN 0 AND 5) AS ours
