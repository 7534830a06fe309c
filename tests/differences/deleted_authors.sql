WITH newest AS (
    SELECT e.establishment_id, max(e.created_at) AS day, max(e.created_at) FILTER (u.deleted_at IS NULL) AS day_of_live_authors
    FROM marts_production_events AS e
    JOIN production.events AS raw ON raw.id = e.id
    JOIN production.users AS u ON u.id = raw.created_by
    WHERE e.type IN ('housing:status-updated', 'housing:occupancy-updated') AND e.status_changed AND e.user_source = 'user'
    GROUP BY ALL
)
SELECT
    count(*) FILTER (newest.day_of_live_authors IS DISTINCT FROM newest.day) AS upstream,
    count(*) FILTER (m.last_event_date_user_followup IS DISTINCT FROM newest.day) AS ours
FROM newest JOIN marts_production_establishments AS m ON m.id = newest.establishment_id
