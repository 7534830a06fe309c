"""Load the official facts of a few departments: communes, EPCI, zonings, merges and splits."""

from __future__ import annotations

from pathlib import Path

import duckdb

from jobs.sql import identifier

FACTS = Path(__file__).parent / "facts"

# `place` holds where dwellings lie: the commune as it is now, and the code that some (merge) or all (split)
# of its
# premises had before `changed`. A place takes the premises first_premise … first_premise + premises - 1.
_PLACE = """
CREATE TABLE place AS
WITH weighed AS (
    SELECT *, CAST(size AS BIGINT) AS weight, row_number() OVER (ORDER BY com) AS place,
        sum(CAST(size AS BIGINT)) OVER (ORDER BY com) AS reached, sum(CAST(size AS BIGINT)) OVER () AS total
    FROM commune WHERE typecom IN ('COM', 'ARM') AND size > '0'
)
SELECT place, com, dep, left(com, 2) AS dep2, substr(com, 3, 3) AS com3, reg, libelle, epci_siren,
com_siren, tlv,
    CAST(longitude AS DECIMAL(9, 4)) AS longitude, CAST(latitude AS DECIMAL(9, 4)) AS latitude,
    weight AS size,
    code_before, CAST(changed AS INTEGER) AS changed,
    CASE WHEN code_before IS NULL THEN 0 WHEN code_before IN (SELECT com
        FROM commune WHERE typecom = 'COM') THEN 100 ELSE 40 END AS moved_share,
    CASE WHEN left(com, 1) = '2' AND substr(com, 2, 1) IN ('A', 'B') THEN '20' || substr(com, 3, 1) || '00'
        ELSE left(com, 3) || '00' END AS postcode,
    upper(strip_accents(replace(replace(replace(libelle, '’', ''''), 'œ', 'oe'), 'Œ', 'OE'))) AS city,
    CAST(getvariable('premises') * (reached - weight) // total AS BIGINT) AS first_premise,
    CAST(getvariable('premises') * reached // total
        - getvariable('premises') * (reached - weight) // total AS BIGINT) AS premises
FROM weighed
"""

# Names by commune code, codes before a merge or a split included.
_CITY = """
CREATE TABLE city AS
SELECT com, min(replace(city, '’', '''')) AS city, min(postcode) AS postcode FROM (
    SELECT com, city, postcode FROM place
    UNION ALL
    SELECT code_before, upper(strip_accents(coalesce(f.LIB_COM_INI, s.LIB_COM_INI, p.libelle))), p.postcode
    FROM place AS p LEFT JOIN fusions AS f ON lpad(f.COM_INI, 5, '0') = p.code_before
        AND f.ANNEE_MODIF = CAST(p.changed AS VARCHAR)
    LEFT JOIN scissions AS s ON lpad(s.COM_INI, 5, '0') = p.code_before AND lpad(s.COM_FIN, 5, '0') = p.com
    WHERE code_before NOT IN (SELECT com FROM place)
) GROUP BY com
"""


def load_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Create a table per facts file, all text, and `place` from the communes.

    Arrondissements stand for Paris, Lyon and Marseille, whose own code holds no dwelling.
    """
    same = ("departements", "fusions", "scissions", "ort", "zonage_abc", "populations", "epci")
    for name, table in (("communes", "commune"), *((name, name) for name in same)):
        connection.execute(
            f"CREATE TABLE {identifier(table)} AS FROM read_csv(?, header = true, all_varchar = true, delim ="
            " ',', quote = '\"')",
            [str(FACTS / f"{name}.csv")],
        )
    connection.execute(_PLACE)
    connection.execute(_CITY)
