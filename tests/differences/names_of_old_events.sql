-- What is told by a text of its own has a name that no type gives.
SELECT
    (SELECT count(*) FROM external.old_events) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE event_version = 'old' AND (category IS NULL
        OR name NOT IN ('Changement de statut de suivi', 'Modification du statut d''occupation'))) AS ours
