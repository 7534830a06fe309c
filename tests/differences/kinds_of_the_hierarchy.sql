WITH known AS (
    SELECT id, unnest(localities_geo_code) AS geo_code,
        CASE WHEN kind = 'Commune' THEN 1 WHEN kind IN ('CA', 'CC', 'CU', 'EPCI', 'ME') THEN 2 WHEN kind IN ('SDED', 'DEP') THEN 3
            WHEN kind IN ('REG', 'SDER') THEN 4 END AS level
    FROM production.establishments
)
SELECT
    (SELECT count(DISTINCT (a.id, b.id)) FROM known AS a JOIN known AS b ON a.geo_code = b.geo_code AND a.level > b.level) AS upstream,
    (SELECT count(*) FROM marts_public_establishments_hierarchy) AS ours
