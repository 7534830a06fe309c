-- Owners of several dwellings, of whom the application does not say whether they own several.
SELECT
    (SELECT count(*) FROM marts_production_owners AS m JOIN production.owners AS o ON o.id = m.id
        WHERE o.is_multi_owner IS NULL AND m.active_housing_count > 1) AS upstream,
    (SELECT count(*) FROM marts_production_owners WHERE is_multi_owner IS NULL AND active_housing_count > 1) AS ours
