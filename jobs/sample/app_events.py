"""Invent what happened to the housings: the events tell what the tables hold now."""

from __future__ import annotations

import duckdb

from jobs.sample import app_oddities
from jobs.sample.app_people import TODAY

# Labels as events store them, before and after 2023.
_LABELS = """
CREATE TABLE status_label (status INTEGER, label VARCHAR, old_labels VARCHAR[], sub_statuses VARCHAR[]);
INSERT INTO status_label VALUES
    (0, 'Non suivi', ['Jamais contacté', 'Non-suivi'], NULL),
    (1, 'En attente de retour', ['En attente de retour'], NULL),
    (2, 'Premier contact', ['Premier contact'], ['Intérêt potentiel / En réflexion', 'En pré-accompagnement',
        'N’habite pas à l’adresse indiquée']),
    (3, 'Suivi en cours', ['Suivi en cours'], ['En accompagnement', 'Intervention publique',
    'En sortie sans accompagnement',
        'Mutation en cours ou effectuée']),
    (4, 'Suivi terminé', ['Non-vacant', 'Sortie de la vacance'], ['Sortie de la vacance',
    'N''était pas vacant',
        'Sortie de la passoire énergétique', 'Autre objectif rempli']),
    (5, 'Suivi bloqué', ['Bloqué'], ['Blocage involontaire du propriétaire',
    'Blocage volontaire du propriétaire',
        'Immeuble / Environnement', 'Tiers en cause']);
CREATE TABLE occupancy_label AS
    SELECT unnest(['V', 'L', 'B', 'P', 'RS', 'T', 'N', 'D', 'A', 'inconnu']) AS code,
    unnest(['Vacant', 'En location', 'Meublé de tourisme', 'Occupé par le propriétaire',
    'Résidence secondaire non louée', 'Local commercial ou bureau',
        'Dépendance', 'Local démoli ou divisé', 'Autres', 'Pas d’information']) AS label;
"""

# A sent campaign makes a housing wait (three in five are said to be sent before the letters leave); some
# owners answer, some are helped, some files end, some are blocked.
_STEP = f"""
CREATE TABLE step AS
WITH sent AS (SELECT n, arg_min(user_id, since) AS sender, min(since) AS sent_at,
arg_min(i, since) AS campaign
    FROM campaign_member WHERE since IS NOT NULL GROUP BY n),
started AS (
    SELECT m.n, m.h, m.user_id, s.sender, s.sent_at,
    s.sent_at - to_days(CASE WHEN s.campaign % 5 < 3 THEN 3 ELSE 0 END) AS told_at,
        -- Owners answer at once, after half a year, or when nobody waits any more.
        CASE WHEN s.sent_at IS NOT NULL AND draw(m.h, 401, 100) < 42
            THEN s.sent_at + to_days(10 + CAST(draw(m.h, 402, 120) + 160 * draw(m.h, 470, 3) AS INTEGER))
            WHEN s.sent_at IS NULL AND draw(m.h, 401, 100) < 15
                THEN m.imported_at + to_days(30 + CAST(draw(m.h, 402, 900) AS INTEGER)) END AS contact_at
    FROM manager AS m LEFT JOIN sent AS s USING (n)
),
worked AS (SELECT *, CASE WHEN draw(h, 403, 100) < 62
    THEN contact_at + to_days(20 + CAST(draw(h, 404, 200) AS INTEGER)) END AS work_at
    FROM started),
ended AS (SELECT *, CASE WHEN draw(h, 405, 100) < 65
    THEN work_at + to_days(30 + CAST(draw(h, 406, 300) AS INTEGER)) END AS end_at
    FROM worked),
listed AS (
    SELECT n, h, sender AS author, told_at AS happened, 1 AS status FROM ended WHERE sent_at IS NOT NULL
    UNION ALL SELECT n, h, user_id, contact_at, 2 FROM ended WHERE contact_at IS NOT NULL
    UNION ALL SELECT n, h, user_id, work_at, 3 FROM ended WHERE work_at IS NOT NULL
    UNION ALL SELECT n, h, user_id, end_at, CASE WHEN draw(h, 407, 100) < 68 THEN 4 ELSE 5 END FROM ended
        WHERE end_at IS NOT NULL
)
SELECT l.n, l.h, l.author, l.happened + to_seconds(draw(l.h, 408 + l.status, 30000)) AS happened,
    l.status, pick(l.h, 420 + l.status, s.sub_statuses) AS sub_status
FROM listed AS l JOIN status_label AS s USING (status) WHERE l.happened + to_days(1) < {TODAY}
"""

# Who left vacancy is mostly seen: by the establishment, or by the ZLV team when the new file came.
_MOVE = """
CREATE TABLE move AS
SELECT f.n, f.h, coalesce(CASE WHEN draw(f.h, 430, 4) > 0 THEN m.user_id END,
(SELECT min(id) FROM app_user WHERE team)) AS author,
    greatest(f.imported_at + to_days(1),
    moment(f.h, 431, make_timestamp(least(f.left_year, 2026), 1, 5, 0, 0, 0),
        make_timestamp(least(f.left_year, 2026), 9, 28, 0, 0, 0))) AS happened,
    CASE f.ccthp_occupied WHEN 'D' THEN 'RS' WHEN 'L' THEN 'L' WHEN 'P' THEN 'P' WHEN 'B' THEN 'B' ELSE 'A'
        END AS occupancy
FROM followed AS f LEFT JOIN manager AS m USING (n) WHERE f.left_year IS NOT NULL AND draw(f.h, 432, 100) < 60
"""

_OUTCOME = """
CREATE TABLE outcome AS
SELECT f.n, coalesce(s.status, 0) AS status, s.sub_status,
coalesce(m.occupancy, f.occupancy_source) AS occupancy,
    greatest(s.happened, m.happened) AS last_change
FROM followed AS f LEFT JOIN (SELECT n, arg_max(status, happened) AS status,
arg_max(sub_status, happened) AS sub_status,
    max(happened) AS happened FROM step GROUP BY n) AS s USING (n)
LEFT JOIN move AS m USING (n)
"""

_STATUS_EVENTS = """
SELECT 'status:' || n || ':' || x.status AS key, x.happened, x.author, 'housing:status-updated' AS type,
    json_object('status', CASE WHEN happened < TIMESTAMP '2023-01-01' THEN pick(x.h, 440, o.old_labels)
        ELSE o.label END, 'subStatus',
        apostrophes(before_sub, x.h)) AS next_old,
    json_object('status', CASE WHEN happened < TIMESTAMP '2023-01-01' THEN pick(x.h, 441, w.old_labels)
        ELSE w.label END, 'subStatus',
        apostrophes(x.sub_status, x.h)) AS next_new,
    n, NULL AS about
FROM (SELECT *, lag(status, 1, 0) OVER steps AS before, lag(sub_status) OVER steps AS before_sub
    FROM step WINDOW steps AS (PARTITION BY n ORDER BY happened, status)) AS x
JOIN status_label AS w ON w.status = x.status JOIN status_label AS o ON o.status = x.before"""

_OTHER_EVENTS = f"""
SELECT 'created:' || n, imported_at, (SELECT min(id) FROM app_user WHERE team), 'housing:created', NULL,
    json_object('source', CASE WHEN years IS NULL THEN 'ff-' ELSE 'lovac-' END || first_year, 'occupancy',
    CASE
        WHEN years IS NULL THEN 'En location' ELSE 'Vacant' END), n, NULL FROM followed
UNION ALL
SELECT 'moved:' || n, happened, author, 'housing:occupancy-updated', json_object('occupancy', 'Vacant'),
    json_object('occupancy', label, 'occupancyIntended', CASE WHEN draw(h, 450, 4) = 0
        THEN 'Pas d’information' END), n, NULL FROM move
        JOIN occupancy_label ON code = occupancy
UNION ALL
SELECT 'energy:' || n, moment(h, 451, imported_at, {TODAY}), user_id, 'housing:updated',
json_object('actualEnergyConsumption',
    pick(h, 452, ['F', 'G', NULL])),
    json_object('actualEnergyConsumption', pick(h, 453, ['A', 'B', 'C', 'D', 'E'])), n, NULL FROM manager
        WHERE draw(h, 454, 100) < 5
UNION ALL
SELECT 'campaign:' || i || ':' || n, created_at, user_id, 'housing:campaign-attached', NULL,
json_object('name',
    'Campagne ' || i), n, NULL FROM campaign_member
UNION ALL
SELECT 'group:' || i || ':' || n, since + to_hours(1), user_id, 'housing:group-attached', NULL,
json_object('name', 'Groupe ' || i), n,
    id FROM housing_group_member
UNION ALL
SELECT 'ungroup:' || i || ':' || n, since + to_days(20), user_id, 'housing:group-detached',
json_object('name', 'Groupe ' || i), NULL, n,
    id FROM housing_group_member WHERE draw(h, 455, 25) = 0
UNION ALL
SELECT 'precision:' || n, moment(h, 456, imported_at, {TODAY}), user_id, 'housing:precision-attached', NULL,
    json_object('category', pick(h, 457, ['travaux', 'occupation', 'mutation']), 'label',
    pick(h, 458, ['À venir', 'En cours'])), n, NULL
        FROM manager WHERE draw(h, 459, 100) < 9
UNION ALL
SELECT 'perimeter:' || n, moment(h, 460, imported_at, {TODAY}), user_id, 'housing:perimeter-attached', NULL,
json_object('name',
    'Périmètre ' || draw(h, 461, 40)), n, NULL FROM manager WHERE draw(h, 462, 100) < 4
UNION ALL
SELECT 'document:' || n, moment(h, 463, imported_at, {TODAY}), user_id, 'housing:document-attached', NULL,
json_object('filename',
    'courrier-' || n || '.pdf'), n, uuid_of('document', n) FROM manager WHERE draw(h, 464, 100) < 1
UNION ALL
SELECT 'old:' || n, moment(h, 465, TIMESTAMP '2020-03-01', TIMESTAMP '2022-06-01'), (SELECT max(id)
    FROM app_user WHERE team), '', NULL, NULL, n, NULL FROM followed WHERE draw(h, 466, 100) < 2
UNION ALL
SELECT 'owner-in:' || l.n || ':' || l.a || ':' || l.k, l.imported_at + to_days(2), (SELECT min(id)
    FROM app_user WHERE team), 'housing:owner-attached', NULL,
    json_object('name', p.full_name, 'rank', l.rank), l.n, NULL
FROM owner_link AS l JOIN person AS p ON p.a = l.a AND p.k = l.k WHERE l.rank < 1 OR draw(l.h, 467, 8) = 0
UNION ALL
SELECT 'owner-up:' || o.a || ':' || o.k, moment(p.hp, 468, o.since, {TODAY}), o.user_id, 'owner:updated',
json_object('phone', NULL,
    'email', NULL),
    json_object('name', p.full_name, 'email', lower(p.surname) || '@example.org', 'phone', '063998'
        || digits(draw(p.hp, 33, 10000), 4),
        'doNotContact', false), NULL, uuid_of('owner', o.a * 8 + o.k)
FROM (SELECT l.a, l.k, min(l.imported_at) AS since, min(m.user_id) AS user_id FROM owner_link AS l
    JOIN manager AS m USING (n) GROUP BY l.a, l.k) AS o
JOIN person AS p ON p.a = o.a AND p.k = o.k WHERE draw(p.hp, 469, 100) < 8"""

EVENTS = "SELECT id, happened AS created_at, author AS created_by, type, next_old, next_new FROM event"
HOUSING_EVENTS = """SELECT e.id AS event_id, f.id AS housing_id,
    f.geo_code AS housing_geo_code FROM event AS e JOIN followed AS f USING (n)
WHERE type IN ('housing:created', 'housing:updated', 'housing:occupancy-updated', 'housing:status-updated',
'')"""
HOUSING_DOCUMENT_EVENTS = """SELECT e.id AS event_id, f.geo_code AS housing_geo_code, f.id AS housing_id,
e.about AS document_id
FROM event AS e JOIN followed AS f USING (n) WHERE type = 'housing:document-attached'"""
GROUP_HOUSING_EVENTS = """SELECT e.id AS event_id, f.geo_code AS housing_geo_code, f.id AS housing_id,
e.about AS group_id
FROM event AS e JOIN followed AS f USING (n)
    WHERE type IN ('housing:group-attached', 'housing:group-detached')"""
OWNER_EVENTS = "SELECT id AS event_id, about AS owner_id FROM event WHERE type = 'owner:updated'"


def invent_events(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `outcome` (status and occupancy of now), `event` and `note`."""
    connection.execute(_LABELS)
    # Old and new clients wrote the apostrophe differently.
    connection.execute(
        "CREATE MACRO apostrophes(label, h) AS CASE WHEN draw(h, 480, 2) = 0 THEN replace(label, '’', '''')"
        " ELSE label END"
    )
    for statement in (_STEP, _MOVE, _OUTCOME, *app_oddities.OUTCOMES):
        connection.execute(statement)
    connection.execute(
        f"CREATE TABLE event AS SELECT uuid_of('event', key) AS id, * FROM ({_STATUS_EVENTS} UNION ALL"
        f" {_OTHER_EVENTS} UNION ALL {app_oddities.EVENTS})"
    )
    connection.execute(
        "CREATE TABLE note AS SELECT n, h, uuid_of('note', n) AS id, housing_id, geo_code, user_id AS"
        f" created_by, moment(h, 475, imported_at, {TODAY}) AS created_at FROM manager WHERE draw(h, 476,"
        " 100) < 7"
    )
