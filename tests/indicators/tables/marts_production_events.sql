WITH happened AS (
    SELECT id, created_at, created_by, type, next_old, next_new, false AS noted FROM app.events
    UNION ALL BY NAME SELECT id, created_at, created_by, true AS noted FROM app.notes WHERE deleted_at IS NULL
), housing AS (
    SELECT id, min({'commune': housing_geo_code, 'id': housing_id}) AS linked FROM (
        SELECT event_id AS id, housing_geo_code, housing_id FROM app.housing_events
        UNION ALL SELECT event_id, housing_geo_code, housing_id FROM app.housing_document_events
        UNION ALL SELECT event_id, housing_geo_code, housing_id FROM app.group_housing_events
        UNION ALL SELECT note_id, housing_geo_code, housing_id FROM app.housing_notes
    ) GROUP BY 1
), owner AS (
    SELECT id, min(owner_id) AS owner_id FROM (
        SELECT event_id AS id, owner_id FROM app.owner_events UNION ALL SELECT note_id, owner_id FROM app.owner_notes
    ) GROUP BY 1
), name (type, name) AS (
    VALUES ('housing:status-updated', 'Changement de statut de suivi'),
        ('housing:occupancy-updated', 'Modification du statut d''occupation')
)
SELECT
    e.id,
    e.created_at,
    nullif(e.type, '') AS type,
    coalesce(n.name, nullif(e.type, '')) AS name,
    h.linked.commune AS housing_geo_code,
    h.linked.id AS housing_id,
    o.owner_id,
    CASE WHEN e.type = 'housing:status-updated' THEN nullif(next_new ->> 'status', '') END AS new_status_raw,
    CASE WHEN e.type = 'housing:status-updated' THEN nullif(next_old ->> 'status', '') END AS old_status_raw,
    CASE WHEN e.type = 'housing:status-updated' THEN nullif(next_new ->> 'subStatus', '') END AS new_sub_status,
    CASE WHEN e.type IN ('housing:occupancy-updated', 'housing:created') THEN next_new ->> 'occupancy' END AS new_occupancy,
    CASE WHEN e.type = 'housing:occupancy-updated' THEN next_old ->> 'occupancy' END AS old_occupancy,
    s.label AS new_status_refined,
    CASE WHEN u.email ILIKE '%beta.gouv.fr' THEN 'zlv' WHEN u.id IS NOT NULL THEN 'user' END AS user_source,
    u.establishment_id
FROM happened AS e LEFT JOIN housing AS h USING (id) LEFT JOIN owner AS o USING (id) LEFT JOIN name AS n USING (type)
LEFT JOIN change AS c ON c.id = e.id AND c.type = 'housing:status-updated' LEFT JOIN status_name AS s ON s.status = c.new_status
LEFT JOIN app.users AS u ON u.id = e.created_by
UNION ALL BY NAME
-- Of before 2025: a sentence of the sample tells the status, of housings that are gone.
SELECT
    CAST(old.id AS UUID) AS id,
    CAST(old.created_at AS TIMESTAMPTZ) AS created_at,
    CASE WHEN t.status IS NOT NULL THEN 'housing:status-updated' END AS type,
    CASE WHEN t.status IS NOT NULL THEN 'Changement de statut de suivi' END AS name,
    t.sub_status AS new_sub_status,
    t.occupancy AS new_occupancy,
    CASE WHEN t.occupancy IS NOT NULL THEN (SELECT label FROM occupancy_name WHERE code = 'V') END AS old_occupancy,
    s.label AS new_status_refined
FROM lake."production/old_events" AS old
LEFT JOIN (VALUES
    ('Passage à Suivi en cours%', 3, NULL, NULL),
    ('Passage à non-vacant : occupé par le propriétaire%', 4, 'N''était pas vacant', 'Occupé par le propriétaire'),
    ('Passage de jamais contacté à premier contact%', 0, NULL, NULL),
    ('Bloqué - blocage juridique%', 5, 'Blocage involontaire du propriétaire', NULL),
    ('Courrier renvoyé NPAI%', NULL, 'N’habite pas à l’adresse indiquée', NULL),
    ('Sortie de la vacance%', 4, 'Sortie de la vacance', NULL)
) AS t (sentence, status, sub_status, occupancy) ON old.content LIKE t.sentence
LEFT JOIN status_name AS s ON s.status = t.status
