-- Labels that the application writes, or once wrote, and that today's reading does not know.
SELECT
    (SELECT count(*) FROM production.events WHERE type = 'housing:status-updated' AND new_status IN ('Suivi bloqué', 'Non-suivi')) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE new_status_raw IN ('Suivi bloqué', 'Non-suivi') AND new_status IS NULL) AS ours
