"""Invent owner accounts and the people and companies behind them; the same ones show up in every source."""

from __future__ import annotations

import duckdb

# Share in percent, cumulated · legal-person group · detailed category · its family's label in the files.
_KINDS = """
CREATE TABLE owner_kind (reached INTEGER, ccogrm VARCHAR, catpro3 VARCHAR, kind_class VARCHAR,
prefix VARCHAR);
INSERT INTO owner_kind VALUES
    (800, NULL, 'X1a', 'Particulier', NULL),
    (880, '0', 'G1a', 'SCI, Copropriété, Autres personnes morales', 'SCI'),
    (890, '0A', 'G2a', 'SCI, Copropriété, Autres personnes morales', 'SCI'),
    (905, '7', 'G1d', 'SCI, Copropriété, Autres personnes morales', 'SYNDICAT DES COPROPRIETAIRES'),
    (915, '8', 'M1a', 'SCI, Copropriété, Autres personnes morales', 'INDIVISION'),
    (935, '0', 'F6a', 'Promoteur, Investisseur privé', 'SARL'),
    (937, '1', 'P1a', 'Etat et collectivité territoriale', 'ETAT'),
    (938, '2', 'P2a', 'Etat et collectivité territoriale', 'REGION'),
    (941, '3', 'P3a', 'Etat et collectivité territoriale', 'DEPARTEMENT'),
    (956, '4', 'P5a', 'Etat et collectivité territoriale', 'COMMUNE'),
    (976, '5', 'F1a', 'Bailleur social, Aménageur, Investisseur public', 'OPH'),
    (982, '6', 'F2a', 'Bailleur social, Aménageur, Investisseur public', 'SEM'),
    (988, '9', 'E2b', 'Autres', 'ETABLISSEMENT PUBLIC'),
    (995, '0', 'A1a', 'Autres', 'GAEC'),
    (998, NULL, '999', 'Absence de propriétaire', NULL),
    (1000, '0', '', 'Non classifié', 'ASSOCIATION');
"""

# An account number is the number of a premises: its commune is the account's home in four cases of five.
_ACCOUNT = """
CREATE TABLE account AS
WITH used AS (
    SELECT account_before AS a FROM premise UNION SELECT account_after FROM premise WHERE sold IS NOT NULL
),
numbered AS (SELECT a, own_number('account', a) AS h FROM used),
typed AS (SELECT *, draw(h, 1, 1000) AS kind FROM numbered)
SELECT t.a, t.h, k.* EXCLUDE (reached, prefix), k.prefix, k.ccogrm IS NULL AND k.catpro3 = 'X1a' AS physical,
    CASE WHEN k.ccogrm IS NOT NULL OR k.catpro3 <> 'X1a' THEN 1 WHEN draw(h, 2, 100) < 68 THEN 1
        WHEN draw(h, 2, 100) < 92 THEN 2
        WHEN draw(h, 2, 100) < 97 THEN 3 ELSE 4 + draw(h, 3, 3) END AS holders,
    CASE WHEN draw(h, 4, 100) < 4 THEN 6 ELSE 0 END AS abroad,
    'P' || to_base(a, 36, 5) AS dnupro
FROM typed AS t ASOF JOIN owner_kind AS k ON t.kind < k.reached
"""

_PERSON = """
CREATE TABLE person AS
WITH held AS (SELECT a.*, k FROM account AS a, range(1, 7) AS holders (k) WHERE k <= a.holders),
met AS (SELECT *, own_number('person', a * 8 + k) AS hp FROM held),
named AS (
    SELECT *, draw(hp, 1, 2) = 0 AS woman,
        -- Two holders are mostly a couple or a parent and a child: one surname.
        CASE WHEN physical THEN surname(CASE WHEN k <= 2 THEN h ELSE hp END) END AS surname,
        p.city, p.postcode, p.com AS home_com, 1 + draw(h, 5, 150) AS number, street(h, 6) AS street
    FROM met JOIN premise_place AS p
        ON p.n = CASE WHEN draw(h, 7, 100) < 78 THEN a ELSE draw(h, 8, getvariable('premises')) END
),
called AS (SELECT *, CASE WHEN physical THEN first_name(hp, woman) END AS first_name FROM named)
SELECT a, k, hp, physical, woman, surname, first_name, ccogrm, catpro3, kind_class, home_com, abroad,
    CASE WHEN physical THEN surname || ' ' || first_name WHEN catpro3 = '999' THEN 'PROPRIETAIRE INCONNU'
        WHEN prefix IN ('COMMUNE', 'OPH', 'SEM', 'DEPARTEMENT') THEN prefix || ' DE ' || city
        WHEN prefix IN ('ETAT', 'REGION') THEN prefix || ' (SERVICES DE ' || city || ')'
        WHEN draw(h, 9, 40) = 0 THEN prefix || ' "' || company(h) || '"'
        ELSE prefix || ' ' || company(h) || ' ' || (1 + draw(h, 10, 99)) END AS full_name,
    CASE WHEN physical THEN surname || '/' || first_name END AS ff_name,
    CASE WHEN physical AND draw(hp, 2, 50) > 0 THEN DATE '1926-01-01' + CAST(draw(hp, 3, 29000) AS INTEGER)
        END AS birth,
    CASE WHEN NOT physical AND catpro3 <> '999' THEN digits(500000000 + draw(hp, 4, 400000000), 9)
        END AS siren,
    number || ' ' || street AS line_4, CASE WHEN abroad > 0 THEN 'BRUXELLES' ELSE postcode || ' ' || city
        END AS line_6,
    CASE WHEN abroad > 0 THEN 'BELGIQUE' END AS country,
    CASE WHEN draw(hp, 5, 12) = 0 THEN 'BATIMENT ' || chr(65 + CAST(draw(hp, 6, 4) AS INTEGER)) END AS line_3,
    CASE WHEN NOT physical THEN 'P' WHEN holders = 1 THEN 'P'
        WHEN k = 1 THEN pick(h, 11, ['P', 'P', 'U', 'N']) ELSE pick(hp, 7, ['P', 'P', 'N', 'U', 'H'])
            END AS ccodro,
    (CASE WHEN physical THEN 'M' ELSE 'P' END) || to_base(a * 8 + k, 36, 6) AS dnuper
FROM called
"""


_SIDE_BY_SIDE = (
    "full_name", "ff_name", "birth", "siren", "ccogrm", "catpro3", "kind_class", "ccodro", "dnuper",
    "line_3", "line_4", "line_6", "country", "home_com",
)  # fmt: skip


def _holder() -> str:
    columns = ", ".join(
        f"max(p.{name}) FILTER (p.k = {k}) AS {name}_{k}" for k in range(1, 7) for name in _SIDE_BY_SIDE
    )
    return f"""
CREATE TABLE holder AS
SELECT p.a, bool_or(p.physical) AS physical, max(p.abroad) AS abroad, max(a.h) AS h,
max(a.dnupro) AS dnupro, max(a.holders) AS holders,
    {columns}
FROM person AS p JOIN account AS a ON a.a = p.a
GROUP BY p.a
"""


def invent_owners(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `person` (account × holder) and `holder` (a line per account, holders 1 to 6 side by side)."""
    connection.execute(_KINDS)
    connection.execute("CREATE VIEW premise_place AS SELECT n, com, city, postcode FROM premise")
    connection.execute(_ACCOUNT)
    connection.execute(_PERSON)
    connection.execute(_holder())
