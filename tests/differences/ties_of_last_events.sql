-- Dwellings whose two newest changes bear the same instant: without a second key either may be called the last.
WITH ranked AS (
    SELECT housing_geo_code, housing_id, rank() OVER (PARTITION BY housing_geo_code, housing_id ORDER BY created_at DESC) AS place
    FROM marts_production_events
    WHERE housing_id IS NOT NULL AND (status_changed OR occupancy_changed)
        AND type IN ('housing:status-updated', 'housing:occupancy-updated')
)
SELECT count(*) AS upstream, 0 AS ours
FROM (SELECT 1 FROM ranked WHERE place = 1 GROUP BY housing_geo_code, housing_id HAVING count(*) > 1)
