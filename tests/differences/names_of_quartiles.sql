-- Establishments of the lowest quartile that are called those of very high vacancy.
SELECT
    count(*) FILTER (kind_housing_vacant_2025 LIKE '0\%-25\%%' ESCAPE '\') AS upstream,
    count(*) FILTER (kind_housing_vacant_2025 = '0%-25% = Vacance relative très importante') AS ours
FROM marts_public_establishments_morphology_catagorized
