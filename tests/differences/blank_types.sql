SELECT
    (SELECT count(*) FROM production.events WHERE trim(type) = '') AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE type = '' OR category = '') AS ours
