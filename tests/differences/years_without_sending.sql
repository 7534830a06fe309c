SELECT
    count(*) FILTER (NOT EXISTS (FROM production.campaigns AS c
        WHERE c.establishment_id = e.id AND year(c.sent_at AT TIME ZONE 'Europe/Paris') = 2025)) AS upstream,
    count(*) FILTER (contacted_housing_2025 IS NULL) AS ours
FROM marts_production_establishments AS e
