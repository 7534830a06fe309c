"""Invent the application's establishments, their territories and their users."""

from __future__ import annotations

import duckdb

# The day the sample was taken: nothing in the application is later.
TODAY = "TIMESTAMP '2026-09-30 18:00:00'"

# Communes, their groupings, departments, regions, state services, and a few kinds that only old rows have.
_ESTABLISHMENT = """
CREATE TABLE establishment AS
WITH real_commune AS (
    SELECT *, CAST(size AS INTEGER) AS weight, CASE com WHEN '75056' THEN 75 WHEN '69123' THEN 69
        WHEN '13055' THEN 13 END AS merged
    FROM commune WHERE typecom IN ('COM', 'ARM') AND com_siren IS NOT NULL
),
town AS (
    SELECT com_siren AS siren, libelle AS name, CASE WHEN com IN ('08105', '33243') THEN 'Commune'
        ELSE 'COM' END AS kind, 1 AS level,
        dep, reg,
        list_sort(list_distinct([com] || coalesce((SELECT list(a.com)
            FROM commune AS a WHERE a.typecom = 'ARM' AND a.comparent = c.com), []))) AS geo_codes
    FROM real_commune AS c WHERE typecom = 'COM'
    QUALIFY row_number() OVER (ORDER BY CASE
        WHEN merged IS NULL THEN weight ELSE 10 END DESC, com) <= 18 OR com IN ('60054', '14712', '08053')
),
grouping_ AS (
    SELECT epci_siren, min(epci_name),
        CASE WHEN min(epci_siren) = '200054807' THEN 'ME'
            WHEN left(min(epci_name), 3) IN ('CA ', 'CC ', 'CU ') THEN left(min(epci_name), 2)
                ELSE 'METRO' END,
        2, min(dep), min(reg), list_sort(list_distinct(list(com)
            || coalesce(list(code_before) FILTER (code_before IS NOT NULL), [])))
    FROM real_commune WHERE epci_siren IS NOT NULL GROUP BY epci_siren
    QUALIFY row_number() OVER (ORDER BY count(*) DESC, epci_siren) <= 14
),
department AS (
    SELECT dep_siren, 'Département : ' || min(dep_name), 'DEP', 3, min(dep), min(reg), list_sort(list(com))
        || [min(com)]
    FROM real_commune WHERE dep_siren IS NOT NULL
        AND dep IN ('01', '08', '14', '33', '60', '67', '85', '974') GROUP BY dep_siren
),
region AS (
    SELECT reg_siren, 'Région ' || min(reg_name), 'REG', 4, min(dep), min(reg), list_sort(list(com))
    FROM real_commune WHERE reg_siren IS NOT NULL AND reg IN ('44', '28', '75', '94') GROUP BY reg_siren
),
state_service AS (
    SELECT '13000' || digits(CAST(hash_dep AS INTEGER), 4), 'DDT (' || dep_name || ')', 'SDED', 3, dep, reg,
    codes FROM (
        SELECT min(dep_name) AS dep_name, dep, min(reg) AS reg,
        draw(own_number('ddt', dep), 1, 9000) AS hash_dep,
            list_sort(list(com)) AS codes
        FROM real_commune WHERE dep IN ('01', '08', '2B', '60', '67', '972') GROUP BY dep)
    UNION ALL
    SELECT '13001' || digits(CAST(draw(own_number('dreal', reg), 1, 9000) AS INTEGER), 4), 'DREAL '
        || min(reg_name), 'SDER', 4,
        min(dep), reg, list_sort(list(com))
    FROM real_commune WHERE reg IN ('44', '93') GROUP BY reg
),
other AS (SELECT '012345674', 'ADIL de l''exemple', 'ASSO', 9, '33', '75', list_sort(list(com))
    FROM real_commune WHERE dep = '33'
    -- Its kind was never written, and no file tells of its commune.
    UNION ALL SELECT '200099993', 'Archipel de l''exemple', '', 10, NULL, NULL, ['97502'])
SELECT row_number() OVER (ORDER BY level, siren, kind) AS e, own_number('establishment', siren || kind) AS h,
    uuid_of('establishment', siren || kind) AS id, *
FROM (FROM town UNION ALL FROM grouping_ UNION ALL FROM department UNION ALL FROM region UNION ALL
    FROM state_service UNION ALL
    FROM other)
"""

_TERRITORY = (
    "CREATE TABLE territory AS SELECT DISTINCT e, level, unnest(geo_codes) AS geo_code FROM establishment"
)

# One establishment in five has nobody; the last users are the ZLV team's, most without an establishment.
_ACCOUNT = f"""
CREATE TABLE app_user AS
WITH seats AS (
    SELECT e, level, i, false AS team FROM establishment, range(1, 4) AS seats (i)
    WHERE e % 5 <> 0 AND level < 10 AND i <= 1 + draw(h, 1, 5) // 2
    UNION ALL SELECT CASE WHEN i = 1 THEN 1 END, NULL, 10 + i, true FROM range(1, 7) AS team (i)
),
numbered AS (SELECT *, row_number() OVER (ORDER BY team, e, i) AS u FROM seats),
met AS (SELECT *, own_number('user', u) AS h FROM numbered),
named AS (SELECT *, capitalised(first_name(h, u % 2 = 0)) AS first, capitalised(surname(h)) AS last FROM met)
SELECT u, h, e, team, uuid_of('user', u) AS id, first, last,
    CASE WHEN team THEN lower(first || '.' || last) || '@beta.gouv.fr'
        WHEN draw(h, 2, 12) = 0 THEN first || '.' || upper(last) || '@Example.FR'
        ELSE lower(first || '.' || last) || pick(h, 3, ['@example.fr', '@example.org']) END AS email,
    moment(h, 4, TIMESTAMP '2020-02-01', TIMESTAMP '2026-07-01') AS activated_at,
    -- A few accounts are deleted since; their events stay.
    CASE WHEN u % 11 = 3 THEN moment(h, 5, TIMESTAMP '2026-07-02', {TODAY}) END AS deleted_at
FROM named
"""

ESTABLISHMENTS = f"""
SELECT id, CAST(siren AS INTEGER) AS siren, name, draw(h, 2, 100) < 88 AS available,
geo_codes AS localities_geo_code, kind,
    moment(h, 3, TIMESTAMP '2024-01-01', {TODAY}) AS updated_at,
    pick(h, 4, ['seed', 'seed', 'seed', 'manual', 'cerema']) AS source,
    CASE WHEN e % 23 = 7 THEN moment(h, 5, TIMESTAMP '2026-01-01', {TODAY}) END AS suspended_at,
    CASE WHEN e % 23 = 7 THEN 'droits structure expires, cgu vides' END AS suspended_cause,
    CASE WHEN e % 31 = 12 THEN moment(h, 6, TIMESTAMP '2026-01-01', {TODAY}) END AS deleted_at, siren
        || '00019' AS siret,
        '2025' AS millesime,
    nullif(kind, '') AS kind_admin_meta, name AS layer_geo_label, d.nom_departement AS dep_name,
    d.nom_region AS reg_name, nullif(kind, '') AS kind_admin,
        [dep] AS dep_code, [reg] AS reg_code
FROM establishment LEFT JOIN departements AS d ON d.code_departement = dep"""

USERS = f"""
SELECT u.id, s.id AS establishment_id, email, '$2b$10$inventedhashinventedhashinvented'
    || digits(u.u, 4) AS password,
    first AS first_name, last AS last_name,
    CASE WHEN team THEN 1 WHEN u.u % 31 = 9 THEN 3 WHEN draw(u.h, 6, 20) = 0 THEN 2 ELSE 0 END AS role,
    activated_at,
    CASE WHEN draw(u.h, 7, 10) > 0 THEN moment(u.h, 8, activated_at, {TODAY}) END AS last_authenticated_at,
    u.deleted_at,
    coalesce(u.deleted_at, activated_at) AS updated_at, CASE
        WHEN draw(u.h, 9, 3) = 0 THEN '+33199' || digits(draw(u.h, 10, 10000), 6) END AS phone,
    CASE WHEN draw(u.h, 11, 2) = 0 THEN pick(u.h, 12, ['Chargée de mission habitat', 'Cheffe de projet',
        'Technicien habitat']) END AS position,
    CASE WHEN NOT team THEN pick(u.h, 13, [NULL, 'Moins de 0,5 jour', '0,5 jour', '1 jour', '2 jours',
        'Plus de 2 jours']) END AS time_per_week, NULL AS kind,
    CASE WHEN u.u % 19 = 4 THEN moment(u.h, 14, TIMESTAMP '2026-01-01', {TODAY}) END AS suspended_at,
    CASE WHEN u.u % 19 = 4 THEN 'droits utilisateur expires' END AS suspended_cause,
    CASE WHEN team THEN 'INVENTEDSECRET' || digits(u.u, 4) END AS two_factor_secret,
        CASE WHEN team THEN activated_at END AS two_factor_enabled_at,
    CASE WHEN team AND u.u % 2 = 0 THEN digits(draw(u.h, 15, 1000000), 6) END AS two_factor_code,
    CASE WHEN team AND u.u % 2 = 0 THEN {TODAY} END AS two_factor_code_generated_at,
    0 AS two_factor_failed_attempts
FROM app_user AS u LEFT JOIN establishment AS s USING (e)"""


def invent_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `establishment`, `territory` (establishment × commune code) and `app_user`."""
    for statement in (_ESTABLISHMENT, _TERRITORY, _ACCOUNT):
        connection.execute(statement)
