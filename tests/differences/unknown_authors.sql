SELECT
    (SELECT count(*) FROM production.events WHERE created_by NOT IN (SELECT id FROM production.users)) AS upstream,
    (SELECT count(*) FROM marts_production_events AS m JOIN production.events AS e ON e.id = m.id
        WHERE m.user_source = 'user' AND e.created_by NOT IN (SELECT id FROM production.users)) AS ours
