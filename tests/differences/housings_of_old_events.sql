SELECT
    (SELECT count(*) FROM external.old_events WHERE housing_id NOT IN (SELECT id FROM production.housing)) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE event_version = 'old' AND housing_id NOT IN (SELECT id FROM production.housing)) AS ours
