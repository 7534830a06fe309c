"""Invent the application's housings, their buildings, their owners and the links between them."""

from __future__ import annotations

import duckdb

from jobs.sample.app_people import TODAY

# A third of the privately owned dwellings that were ever in LOVAC are imported, and some that are let (FF).
_FOLLOWED = """
CREATE TABLE followed AS
WITH listed AS (SELECT n, list(annee ORDER BY annee) AS years FROM stay WHERE known AND dteloc IN ('1', '2')
    GROUP BY n),
chosen AS (
    SELECT p.*, l.years, p.sold IS NOT NULL AS was_sold, CASE
        WHEN p.sold IS NOT NULL THEN p.account_after ELSE p.account_before END AS account
    FROM premise AS p LEFT JOIN listed AS l USING (n)
    WHERE p.known AND p.dteloc IN ('1', '2')
        AND (l.n IS NOT NULL AND draw(p.h, 200, 100) < 35 OR l.n IS NULL AND p.ccthp_occupied = 'L'
            AND draw(p.h, 200, 100) < 25)
),
-- The application imports each file, yet a dwelling misses one now and then.
imported AS (
    SELECT *, list_filter(years, lambda y: y = years[1] OR draw(h, 201 + y, 20) > 0) AS lovac_years,
        -- Half of the dwellings of a merged commune still carry the code that died.
        CASE WHEN moved AND moved_share < 100 AND draw(h, 202, 2) = 0 THEN code_before ELSE com
            END AS geo_code,
        CASE WHEN list_contains(years, 2026) THEN NULL ELSE list_max(years) + 1 END AS left_year
    FROM chosen
)
-- Two communes bear one identifier: it tells a dwelling with its commune only.
SELECT i.*, uuid_of('housing', CASE WHEN row_number() OVER (ORDER BY i.n) = 40
    AND i.geo_code <> first_value(i.geo_code) OVER (ORDER BY i.n) THEN min(i.n) OVER () ELSE i.n END) AS id,
    coalesce(lovac_years[1], 2023 + draw(h, 203, 2)) AS first_year,
    -- Files come in spring; that of 2019 was imported with the first version, in 2020.
    moment(h, 204, make_timestamp(greatest(2020, coalesce(lovac_years[1], 2023 + draw(h, 203, 2))), 3, 1, 0,
    0, 0),
        make_timestamp(greatest(2020, coalesce(lovac_years[1], 2023 + draw(h, 203, 2))), 4, 1, 0, 0,
        0)) AS imported_at,
    CASE WHEN years IS NULL THEN 'L' ELSE 'V' END AS occupancy_source
FROM imported AS i JOIN (SELECT a, ccogrm_1 FROM holder) AS o ON o.a = i.account
WHERE o.ccogrm_1 IS NULL OR left(o.ccogrm_1, 1) NOT IN ('1', '2', '3', '4', '5', '6', '9')
"""

_LINK = """
CREATE TABLE owner_link AS
SELECT f.n, f.h, f.id AS housing_id, f.geo_code, f.com, f.dep2, f.com3, f.imported_at, f.sold, p.a, p.k,
p.k AS rank
FROM followed AS f JOIN person AS p ON p.a = f.account
UNION ALL
-- Who sold stays linked, below rank 1.
SELECT f.n, f.h, f.id, f.geo_code, f.com, f.dep2, f.com3, f.imported_at, f.sold, p.a, p.k,
pick(f.h, 205, [0, 0, 0, -1, -1, -2, -3])
FROM followed AS f JOIN person AS p ON p.a = f.account_before AND p.k = 1
WHERE f.was_sold AND f.account_before <> f.account_after
"""

BUILDINGS = """
SELECT idpar || 'A' AS id, count(*) AS housing_count,
count(*) FILTER (o.occupancy = 'V') AS vacant_housing_count,
    count(*) FILTER (o.occupancy = 'L') AS rent_housing_count,
    to_base(min(n) * 7919 + 1000000007, 36, 12) AS rnb_id, draw(min(h), 57, 4) AS rnb_id_score, 'DPE'
        || digits(min(n), 10) AS dpe_id,
    pick(min(h), 206, ['A', 'B', 'C', 'D', 'E', 'F', 'G', NULL]) AS class_dpe,
        pick(min(h), 207, ['A', 'B', 'C', 'D', 'E', 'F', 'G', NULL]) AS class_ges,
    DATE '2021-07-01' + CAST(draw(min(h), 208, 1800) AS INTEGER) AS dpe_date_at,
    pick(min(h), 209, ['dpe appartement individuel', 'dpe immeuble collectif',
    'dpe maison individuelle']) AS dpe_type,
    pick(min(h), 210, ['Gaz naturel', 'Électricité', 'Fioul', 'Bois']) AS heating_building,
        pick(min(h), 211, ['plot_id', 'rnb_id']) AS dpe_import_match, NULL AS rnb_footprint
FROM followed JOIN outcome AS o USING (n) WHERE dteloc = '2' GROUP BY idpar"""

HOUSING = """
SELECT f.id, f.invar AS invariant, f.idlocal AS local_id, CASE WHEN f.dteloc = '2' THEN f.idpar || 'A'
    END AS building_id,
    [f.street_number || ' ' || f.street_name, f.postcode || ' ' || f.city] AS address_dgfip, f.geo_code,
    f.x AS longitude_dgfip,
        f.y AS latitude_dgfip,
    f.comfort AS cadastral_classification, f.comfort > 6 AS uncomfortable,
    s.vacant_since AS vacancy_start_year,
        CASE f.dteloc WHEN '1' THEN 'MAISON' ELSE 'APPART' END AS housing_kind,
    f.rooms AS rooms_count, f.area AS living_area, substr(f.idpar, 9) AS cadastral_reference,
        CASE WHEN f.built_year > 100 THEN f.built_year ELSE 0 END AS building_year,
    CASE WHEN f.sold IS NOT NULL THEN make_date(f.sold - 1, 6, 15) END AS mutation_date,
    f.tlv IS NOT NULL AS taxed,
    list_transform(coalesce(f.lovac_years, [f.first_year]), lambda y: CAST(y AS INTEGER)) AS data_years,
    o.holders AS beneficiary_count,
        'A0100' AS building_location,
    f.rental_value, CASE WHEN f.ctpdl IS NULL THEN CASE WHEN draw(f.h, 220, 3) = 0 THEN 'single' END
        ELSE f.ctpdl END AS condominium,
    u.status, u.sub_status, pick(f.h, 221, ['A', 'B', 'C', 'D', 'D', 'E', 'E', 'F', 'G', NULL,
    NULL]) AS energy_consumption_bdnb,
        f.occupancy_source, u.occupancy,
    CASE WHEN draw(f.h, 222, 12) = 0 THEN pick(f.h, 223, ['L', 'P', 'RS', 'inconnu'])
        END AS occupancy_intended, f.idpar AS plot_id,
    CASE WHEN draw(f.h, 224, 2) = 0 THEN TIMESTAMP '2023-05-01 00:00:00' END AS energy_consumption_at_bdnb,
    NULL AS building_group_id,
    CASE WHEN f.years IS NULL THEN pick(f.h, 225, ['datafoncier-import', 'datafoncier-import',
    'datafoncier-manual'])
        WHEN draw(f.h, 225, 20) = 0 THEN NULL ELSE 'lovac' END AS data_source,
    list_transform(coalesce(f.lovac_years, []), lambda y: 'lovac-' || y)
        || CASE WHEN f.years IS NULL THEN [CASE
            WHEN draw(f.h, 226, 4) = 0 THEN 'ff-' || f.first_year ELSE 'ff-' || f.first_year
                || '-locatif' END]
            WHEN f.left_year <= 2024 AND f.ccthp_occupied = 'L' THEN ['ff-2024-locatif'] ELSE []
                END AS data_file_years,
    f.plot_area, CASE WHEN f.sold IS NOT NULL OR draw(f.h, 227, 3) = 0 THEN moment(f.h, 228,
        make_timestamp(coalesce(f.sold, 2012) - 1, 1, 1, 0, 0, 0),
        make_timestamp(coalesce(f.sold, 2012) - 1, 12, 30, 0, 0, 0)) END AS last_mutation_date,
    CASE WHEN f.sold IS NOT NULL AND draw(f.h, 229, 5) > 0
        THEN moment(f.h, 228, make_timestamp(f.sold - 1, 1, 1, 0, 0, 0),
        make_timestamp(f.sold - 1, 12, 30, 0, 0, 0))
        WHEN draw(f.h, 229, 9) = 0 THEN TIMESTAMP '2009-04-02 00:00:00' END AS last_transaction_date,
    CASE WHEN f.sold IS NOT NULL THEN f.area * (800 + draw(f.h, 77, 3200)) END AS last_transaction_value,
    NULL AS occupancy_history,
    pick(f.h, 230, ['A', 'B', 'C', 'D', 'E', 'F', 'G', NULL, NULL, NULL, NULL]) AS actual_dpe,
    NULL AS geolocation_source
FROM followed AS f JOIN outcome AS u USING (n) JOIN holder AS o ON o.a = f.account
LEFT JOIN (SELECT n, arg_max(vacant_since, annee) AS vacant_since FROM stay GROUP BY n) AS s ON s.n = f.n"""

OWNERS = f"""
WITH known_owner AS (SELECT a, k, min(dep2) AS dep2, min(imported_at) AS since,
    count(DISTINCT n) AS housings FROM owner_link GROUP BY a, k)
SELECT uuid_of('owner', p.a * 8 + p.k) AS id, p.full_name, CAST(p.birth AS TIMESTAMP) AS birth_date,
    CASE WHEN draw(p.hp, 30, 20) = 0 THEN 'CABINET ' || company(p.hp) END AS administrator,
        [p.line_4, coalesce(p.country, p.line_6)] AS address_dgfip, p.kind_class,
    CASE WHEN p.physical AND draw(p.hp, 31, 6) = 0 THEN lower(p.first_name || '.' || p.surname)
        || '@example.org' END AS email,
    CASE WHEN draw(p.hp, 32, 8) = 0 THEN '063998' || digits(draw(p.hp, 33, 10000), 4) END AS phone,
    p.line_3 AS additional_address,
    CASE WHEN draw(p.hp, 34, 10) > 0 THEN o.dep2 || p.dnuper END AS idpersonne,
        p.siren, pick(p.hp, 35, ['lovac-2024', 'lovac-2025', 'ff', NULL]) AS data_source,
    o.since AS created_at, moment(p.hp, 36, o.since, {TODAY}) AS updated_at,
    CASE WHEN p.ccogrm IS NULL THEN 'personnes-physiques' ELSE ['personnes-morales-non-remarquables',
    'etat', 'region', 'departement',
        'commune', 'office-hlm',
        'personnes-morales-representant-des-societes', 'coproprietaire', 'associe',
            'etablissements-publics-ou-organismes-assimiles'][1 + CAST(left(p.ccogrm, 1) AS INTEGER)]
                END AS entity,
    NULL AS username, CASE WHEN draw(p.hp, 42, 6) > 0 THEN o.housings > 1 END AS is_multi_owner,
    draw(p.hp, 37, 50) = 0 AS do_not_contact
FROM known_owner AS o JOIN person AS p ON p.a = o.a AND p.k = o.k"""

OWNERS_HOUSING = """
SELECT uuid_of('owner', l.a * 8 + l.k) AS owner_id, l.housing_id, l.rank,
CAST(l.imported_at AS DATE) AS start_date,
    CASE WHEN l.rank < 1 THEN make_date(l.sold, 1, 1) END AS end_date, 'lovac' AS origin,
    l.geo_code AS housing_geo_code,
        l.dep2 || l.com3 || h.dnupro AS idprocpte,
    l.dep2 || l.com3 || h.dnupro || '0' || l.k AS idprodroit,
    CASE WHEN p.abroad > 0 THEN '6' WHEN p.home_com = l.com THEN '1'
        WHEN left(p.home_com, 2) = l.dep2 THEN '2' ELSE '4' END AS locprop_source,
    CASE p.ccodro WHEN 'P' THEN 'proprietaire-entier' WHEN 'U' THEN 'usufruitier' WHEN 'N'
        THEN 'nu-proprietaire'
        WHEN 'H' THEN 'associe-sci-ir' END AS property_right,
    CASE WHEN draw(l.h, 240, 200) = 0 THEN -1
        WHEN p.abroad > 0 THEN 6 WHEN p.home_com = l.com THEN draw(p.hp, 38, 2)
        WHEN left(p.home_com, 2) = l.dep2 THEN 2
        WHEN left(p.home_com, 2) = '97' THEN 5 ELSE pick(p.hp, 39, [3, 4, 4, 7]) END AS locprop_relative_ban,
    CASE WHEN draw(l.h, 240, 200) = 0 THEN -1 WHEN p.home_com = l.com THEN draw(p.hp, 40, 9000)
        WHEN draw(p.hp, 41, 10) > 0 THEN 9000 + draw(p.hp, 40, 800000) END AS locprop_distance_ban
FROM owner_link AS l JOIN person AS p ON p.a = l.a AND p.k = l.k JOIN account AS h ON h.a = l.a"""


def invent_housing(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `followed` (the application's housings) and `owner_link` (housing × person, with rank)."""
    connection.execute(_FOLLOWED)
    connection.execute(_LINK)
