"""Invent campaigns, groups and who is in them."""

from __future__ import annotations

import duckdb

from jobs.sample.app_people import TODAY

# Who acts on a dwelling: an establishment of its territory that has users.
_MANAGER = """
CREATE TABLE manager AS
WITH staffed AS (SELECT e, list(id ORDER BY u) AS users FROM app_user WHERE NOT team AND e IS NOT NULL
    GROUP BY e),
candidates AS (SELECT geo_code, list(t.e ORDER BY t.level, t.e) AS choices FROM territory AS t
    JOIN staffed USING (e) WHERE level <= 3 GROUP BY geo_code)
SELECT f.n, f.h, f.id AS housing_id, f.geo_code, f.imported_at, s.e, pick(f.h, 300, s.users) AS user_id
FROM followed AS f JOIN candidates AS c ON c.geo_code = f.geo_code JOIN staffed AS s
    ON s.e = pick(f.h, 301, c.choices)
"""

# The establishments that have dwellings take turns; number i decides the rest. A third of them run campaigns,
# one after another;
# some of the others have a group and go no further.
_GROUP = """
CREATE TABLE housing_group AS
WITH numbered AS (SELECT i, own_number('group', i) AS h
    FROM range(1, 1 + getvariable('groups')) AS groups (i)),
active AS (SELECT e, row_number() OVER (ORDER BY e) - 1 AS turn, count(*) OVER () AS turns
    FROM (SELECT DISTINCT e FROM manager))
SELECT g.i, g.h, a.e, uuid_of('group', g.i) AS id,
(SELECT min(id) FROM app_user AS u WHERE u.e = a.e) AS user_id,
    moment(g.h, 1, TIMESTAMP '2021-01-10', TIMESTAMP '2026-07-01') AS created_at
FROM numbered AS g JOIN active AS a ON a.turn = g.i * 2 % a.turns
"""

_CAMPAIGN = f"""
CREATE TABLE campaign AS
WITH numbered AS (SELECT i, own_number('campaign', i) AS h
    FROM range(1, 1 + getvariable('campaigns')) AS campaigns (i)),
active AS (SELECT e, row_number() OVER (ORDER BY e) - 1 AS turn, count(*) OVER () AS turns
    FROM (SELECT DISTINCT e FROM manager)),
created AS (
    SELECT c.*, a.e, (SELECT max(id) FROM app_user AS u WHERE u.e = a.e) AS user_id,
        moment(c.h, 1, TIMESTAMP '2020-04-01', TIMESTAMP '2026-09-20') AS created_at
    FROM numbered AS c JOIN active AS a ON a.turn = c.i % greatest(1, a.turns // 3)
)
SELECT *, uuid_of('campaign', i) AS id,
    CASE WHEN draw(h, 2, 100) < 78 AND created_at + to_days(4 + CAST(draw(h, 3, 30) AS INTEGER)) < {TODAY}
        THEN created_at + to_days(4 + CAST(draw(h, 3, 30) AS INTEGER)) END AS sent_at,
    (SELECT min(id) FROM housing_group AS g WHERE g.e = created.e AND g.created_at < created.created_at
        AND created.i % 2 = 0) AS group_id
FROM created
"""

_MEMBERS = """
CREATE TABLE {table}_member AS
SELECT c.i, c.id, m.n, m.housing_id, m.geo_code, m.h, c.{date} AS since, c.created_at, c.user_id
FROM {table} AS c JOIN manager AS m ON m.e = c.e AND m.imported_at < c.created_at
WHERE draw(mixed(m.h + c.i * 7919), {k}, 100) < {share}
QUALIFY row_number() OVER (PARTITION BY c.i ORDER BY m.n) <= {most}
"""

GROUPS = f"""
SELECT g.id, 'Groupe ' || g.i || ' : '
    || pick(g.h, 2, ['centre ancien', 'logements à visiter', 'copropriétés', 'successions']) AS title,
    'Description inventée du groupe ' || g.i
        || pick(g.h, 3, ['', ', avec une « citation » et une virgule']) AS description, g.created_at,
    CASE WHEN g.i % 7 = 3 THEN moment(g.h, 4, g.created_at, {TODAY}) END AS archived_at, g.user_id,
    e.id AS establishment_id,
    CASE WHEN g.i % 3 = 0 THEN g.created_at + to_days(2) END AS exported_at,
    coalesce(m.housings, 0) AS housing_count,
        coalesce(m.owners, 0) AS owner_count
FROM housing_group AS g JOIN establishment AS e USING (e)
LEFT JOIN (SELECT i, count(DISTINCT m.n) AS housings, count(DISTINCT (l.a, l.k)) AS owners
    FROM housing_group_member AS m LEFT
    JOIN owner_link AS l ON l.n = m.n AND l.rank = 1 GROUP BY i) AS m USING (i)"""

CAMPAIGNS = f"""
SELECT c.id, '{{"status": 0, "occupancies": ["V"]}}' AS filters, c.created_at,
    CASE WHEN c.sent_at IS NOT NULL OR c.i % 3 = 0 THEN c.created_at + to_days(1) END AS validated_at,
        CASE WHEN c.sent_at IS NOT NULL THEN c.created_at + to_days(2) END AS exported_at,
    c.sent_at, e.id AS establishment_id, c.user_id, CASE WHEN c.i % 5 = 0 THEN 0 ELSE 1
        END AS kind_deprecated,
    'Campagne ' || c.i || ' : ' || pick(c.h, 4, ['premier courrier', 'relance', 'aides à la rénovation',
    'enquête']) AS title,
    CASE WHEN c.i % 6 = 1 AND c.sent_at IS NOT NULL THEN least(c.sent_at + to_days(200), {TODAY})
        END AS archived_at,
    CASE WHEN c.sent_at IS NOT NULL THEN c.created_at + to_days(3) END AS confirmed_at, c.group_id,
    CASE WHEN c.i % 6 = 1 AND c.sent_at IS NOT NULL THEN 'archived' WHEN c.sent_at IS NOT NULL
        THEN 'in-progress'
        WHEN c.i % 9 = 2 THEN 'sending' ELSE 'draft' END AS status,
    CASE WHEN c.sent_at IS NOT NULL THEN 'campagne-' || c.i || '.zip' END AS file,
    'Texte inventé de la campagne ' || c.i AS description,
    coalesce(m.returns, 0) AS return_count, coalesce(m.housings, 0) AS housing_count,
    coalesce(m.owners, 0) AS owner_count
FROM campaign AS c JOIN establishment AS e USING (e) LEFT JOIN (
    SELECT m.i, count(DISTINCT m.n) AS housings, count(DISTINCT (l.a, l.k)) AS owners,
        count(DISTINCT m.n) FILTER (o.status >= 2 AND o.last_change > m.since) AS returns
    FROM campaign_member AS m JOIN outcome AS o ON o.n = m.n LEFT JOIN owner_link AS l ON l.n = m.n
        AND l.rank = 1 GROUP BY m.i
) AS m USING (i)"""

GROUPS_HOUSING = "SELECT id AS group_id, housing_id, geo_code AS housing_geo_code FROM housing_group_member"
CAMPAIGNS_HOUSING = """
SELECT id AS campaign_id, housing_id, CASE WHEN n % 40 = 0 THEN 'conseil inventé' END AS advice,
geo_code AS housing_geo_code
FROM campaign_member"""
GEO_PERIMETERS = f"""
SELECT 'Périmètre ' || i || ' de ' || e.name AS name,
    pick(own_number('perimeter', i), 1, ['OPAH', 'opah-ru', 'Zone U', 'Secteur sauvegardé', 'PIG']) AS kind,
    '\\x0106000000010000000103000000010000000400000000000000000008400000000000004640'
        || '0000000000000840000000000080464000000000000010400000000000804640'
        || '00000000000008400000000000004640' AS geom, e.id AS establishment_id,
        uuid_of('perimeter', i) AS id,
    moment(own_number('perimeter', i), 2, TIMESTAMP '2022-01-01', {TODAY}) AS created_at,
        (SELECT min(u.id) FROM app_user AS u WHERE u.e = e.e) AS created_by
FROM range(1, 41) AS perimeters (i) JOIN establishment AS e ON e.e = 1 + i * 7 % 40"""


def invent_campaigns(connection: duckdb.DuckDBPyConnection, scale: float) -> None:
    """Create `manager`, `housing_group`, `campaign` and their members; 60 campaigns and 30 groups at scale
    1."""
    connection.execute("SET VARIABLE campaigns = ?", [min(300, max(24, round(60 * scale)))])
    connection.execute("SET VARIABLE groups = ?", [min(150, max(12, round(30 * scale)))])
    for statement in (_MANAGER, _GROUP, _CAMPAIGN):
        connection.execute(statement)
    connection.execute(_MEMBERS.format(table="housing_group", date="created_at", k=310, share=35, most=80))
    connection.execute(_MEMBERS.format(table="campaign", date="sent_at", k=311, share=60, most=400))
