-- Updates whose label became another one of the same status.
SELECT
    count(*) FILTER (new_status_raw IS DISTINCT FROM old_status_raw AND NOT status_changed)
    + count(*) FILTER (new_occupancy IS DISTINCT FROM old_occupancy AND NOT occupancy_changed) AS upstream,
    0 AS ours
FROM marts_production_events
