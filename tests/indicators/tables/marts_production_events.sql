SELECT
    id,
    created_at,
    nullif(type, '') AS type,
    CASE WHEN type = 'housing:status-updated' THEN nullif(next_new ->> 'status', '') END AS new_status_raw,
    CASE WHEN type = 'housing:status-updated' THEN nullif(next_old ->> 'status', '') END AS old_status_raw,
    CASE WHEN type = 'housing:status-updated' THEN nullif(next_new ->> 'subStatus', '') END AS new_sub_status,
    CASE WHEN type IN ('housing:occupancy-updated', 'housing:created') THEN next_new ->> 'occupancy' END AS new_occupancy,
    CASE WHEN type = 'housing:occupancy-updated' THEN next_old ->> 'occupancy' END AS old_occupancy
FROM (FROM app.events UNION ALL BY NAME SELECT id, created_at FROM app.notes WHERE deleted_at IS NULL)
