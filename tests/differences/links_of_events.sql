SELECT
    (SELECT count(*) FROM production.events AS e WHERE EXISTS (FROM production.housing_events AS h WHERE h.event_id = e.id)) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE housing_id IS NOT NULL AND category IS DISTINCT FROM 'note') AS ours
