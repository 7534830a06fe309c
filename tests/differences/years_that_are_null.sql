SELECT
    (SELECT count(*) FROM marts_production_establishments AS e
        WHERE NOT EXISTS (FROM marts_public_establishments_morphology AS m WHERE m.establishment_id = e.establishment_id)) AS upstream,
    (SELECT count(*) FROM marts_public_establishments_morphology WHERE year IS NULL) AS ours
