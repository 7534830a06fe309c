SELECT
    (SELECT count(*) FROM external.old_events WHERE created_at <> date_trunc('day', created_at)) AS upstream,
    (SELECT count(*) FROM external.old_events AS old JOIN marts_production_events AS m USING (id) WHERE m.created_at <> old.created_at) AS ours
