SELECT
    (SELECT count(*) FROM external.old_events WHERE new_occupancy IS NOT NULL) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE new_occupancy IN ('V', 'P', 'L', 'inconnu')) AS ours
