WITH levels AS (SELECT establishment_id, establishment_echelon AS level FROM marts_public_establishments_morphology_catagorized)
SELECT count(*) AS upstream, count(*) FILTER (a.level < d.level) AS ours
FROM marts_public_establishments_hierarchy AS h
LEFT JOIN levels AS a ON a.establishment_id = CAST(h.ancestor_id AS VARCHAR)
LEFT JOIN levels AS d ON d.establishment_id = CAST(h.descendant_id AS VARCHAR)
