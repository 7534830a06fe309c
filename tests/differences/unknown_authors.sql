WITH written AS (
    SELECT id, created_by FROM production.events
    UNION ALL SELECT id, created_by FROM external.old_events
    UNION ALL SELECT id, created_by FROM production.notes WHERE deleted_at IS NULL
), unknown AS (SELECT written.id FROM written ANTI JOIN production.users AS u ON u.id = written.created_by)
SELECT
    (SELECT count(*) FROM unknown) AS upstream,
    (SELECT count(*) FROM marts_production_events JOIN unknown USING (id) WHERE user_source = 'user') AS ours
