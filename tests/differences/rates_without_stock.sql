SELECT
    count(*) FILTER (m.count_housing_private = 0) AS upstream,
    count(*) FILTER (m.count_housing_private = 0 AND c.housing_vacant_rate IS NOT NULL) AS ours
FROM marts_public_establishments_morphology_catagorized AS c
JOIN marts_public_establishments_morphology AS m ON m.establishment_id = c.establishment_id AND m.year = c.data_year
