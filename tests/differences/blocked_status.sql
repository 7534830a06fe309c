SELECT
    (SELECT count(*) FROM production.events WHERE type = 'housing:status-updated' AND new_status = 'Suivi bloqué') AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE new_status_raw = 'Suivi bloqué' AND new_status IS NULL) AS ours
