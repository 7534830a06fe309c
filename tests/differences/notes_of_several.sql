WITH linked AS (
    SELECT n.id, greatest(1, count(DISTINCT (h.housing_id, h.housing_geo_code))) * greatest(1, count(DISTINCT o.owner_id)) AS lines
    FROM production.notes AS n
    LEFT JOIN production.housing_notes AS h ON h.note_id = n.id LEFT JOIN production.owner_notes AS o ON o.note_id = n.id
    WHERE n.deleted_at IS NULL GROUP BY n.id
)
SELECT
    (SELECT sum(lines) FROM linked) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE category = 'note') AS ours
