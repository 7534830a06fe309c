-- Events that fall into another month when the session's clock is that of UTC.
SELECT count(*) FILTER (date_trunc('month', created_at AT TIME ZONE 'UTC') <> date_trunc('month', created_at AT TIME ZONE 'Europe/Paris'))
    AS upstream, 0 AS ours
FROM marts_production_events
