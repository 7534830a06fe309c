SELECT 0 AS upstream, count(*) FILTER (kind_housing_vacant_2025 <> kind_housing_vacant_same_as_2025) AS ours
FROM marts_public_establishments_morphology_catagorized
