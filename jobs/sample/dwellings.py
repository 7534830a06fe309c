"""Invent premises and their life stories: who stands where, when it is vacant, when it is sold."""

from __future__ import annotations

import duckdb

FIRST_YEAR, LAST_YEAR = 2019, 2026

# Years are those of LOVAC files: vacant in [entry_1, exit_1) and [entry_2, exit_2). `then` is the FF
# occupancy after an exit.
_STORY = """
CREATE TABLE story AS
WITH numbered AS (SELECT n, own_number('premise', n) AS h
    FROM range(getvariable('premises')) AS premises (n)),
typed AS (
    SELECT n, h, CASE WHEN type < 45 THEN '1' WHEN type < 88 THEN '2' WHEN type < 92 THEN '3' ELSE '4'
        END AS dteloc,
        CASE WHEN type < 88 THEN fate ELSE least(99, fate // 10 * 10 + 9) END AS fate
    FROM (SELECT n, h, draw(h, 1, 100) AS type, draw(h, 2, 100) AS fate FROM numbered)
),
fated AS (
    SELECT *,
        CASE WHEN dteloc IN ('3', '4') AND draw(h, 3, 100) >= 4 OR fate < 30 THEN 'occupied'
            WHEN fate < 50 THEN 'stays' WHEN fate < 65 THEN 'leaves' WHEN fate < 85 THEN 'enters'
            WHEN fate < 95 THEN 'passes' ELSE 'returns' END AS story
    FROM typed
),
entered AS (
    SELECT *, CASE story WHEN 'stays' THEN 2019 WHEN 'leaves' THEN 2019 WHEN 'enters'
        THEN 2020 + draw(h, 4, 7)
        WHEN 'passes' THEN 2019 + draw(h, 4, 5) WHEN 'returns' THEN 2019 + draw(h, 4, 2) END AS entry_1
    FROM fated
),
left_once AS (
    SELECT *, CASE story WHEN 'leaves' THEN 2020 + draw(h, 5, 7) WHEN 'passes'
        THEN entry_1 + 1 + draw(h, 5, 3)
        WHEN 'returns' THEN entry_1 + 1 + draw(h, 5, 2) ELSE 2027 END AS exit_1
    FROM entered
)
SELECT n, h, dteloc, story, entry_1, exit_1,
    CASE story WHEN 'returns' THEN exit_1 + 1 + draw(h, 6, 2) END AS entry_2,
    CASE story WHEN 'returns' THEN CASE WHEN draw(h, 7, 2) = 0 THEN 2027 ELSE exit_1 + 4 + draw(h, 8, 2) END
        END AS exit_2,
    pick(h, 9, ['L', 'L', 'L', 'L', 'P', 'P', 'P', 'P', 'P', 'B', 'D', 'F', 'G', 'R', 'U',
    'X']) AS ccthp_occupied,
    -- About one vacant dwelling in twenty is not in the Fichiers Fonciers yet.
    NOT (story <> 'occupied' AND dteloc IN ('1', '2') AND draw(h, 10, 100) < 5) AS known
FROM left_once
"""

_PREMISE = """
CREATE TABLE premise AS
WITH placed AS (
    SELECT s.*, p.* EXCLUDE (first_premise, premises), s.n - p.first_premise AS position, p.first_premise,
    p.premises AS neighbours,
        draw(s.h, 11, 100) < p.moved_share AS moved
    FROM story AS s JOIN place AS p ON s.n >= p.first_premise AND s.n < p.first_premise + p.premises
),
built AS (
    SELECT *, com3 || digits((position * 7919 + 13) % 10000000, 7) AS invar,
        CASE WHEN dteloc = '2' THEN position // 8 ELSE position + 100000 END AS plot,
        -- Sold at the first exit, or in the middle of a long vacancy.
        CASE WHEN draw(h, 12, 100) < 45 AND exit_1 < 2027 THEN exit_1 WHEN draw(h, 12, 100) >= 92
            THEN 2020 + draw(h, 13, 6) END AS sold,
        CASE WHEN draw(h, 14, 100) < 85 THEN first_premise + draw(h, 15, greatest(1, neighbours * 6 // 10))
            ELSE draw(h, 16, getvariable('premises')) END AS account_before,
        first_premise + draw(h, 17, greatest(1, neighbours * 6 // 10)) AS account_after,
        CASE WHEN dteloc = '1' THEN 45 + draw(h, 18, 140)
            WHEN dteloc = '2' THEN 18 + draw(h, 18, 95) ELSE 12 + draw(h, 18, 400) END AS area,
        CASE WHEN draw(h, 19, 100) < 4 THEN draw(h, 20, 101) ELSE 1780 + draw(h, 20, 238) END AS built_year
    FROM placed
)
SELECT *, dep2 || invar AS idlocal,
    dep2 || com3 || '000' || chr(65 + CAST(plot // 5000 % 26 AS INTEGER))
        || chr(65 + CAST(plot // 700 % 26 AS INTEGER))
        || digits(plot % 9973 + 1, 4) AS idpar,
    greatest(1, least(9, area // 22)) AS rooms, 1 + draw(h, 21, 8) AS comfort,
    150 + area * (12 + draw(h, 22, 30)) AS rental_value,
    CASE WHEN dteloc = '2' THEN pick(h, 23, ['CL', 'CL', 'CL', 'CLV', 'CV', 'BND', 'MP', 'TF']) END AS ctpdl,
    1 + draw(h, 24, 180) AS street_number,
    street(own_number('street', place * 20 + draw(h, 25, 9)), 1) AS street_name,
    digits(1 + draw(h, 25, 9), 4) AS street_code,
    longitude + (draw(h, 26, 400) - 200) * 0.0001 AS x, latitude + (draw(h, 27, 400) - 200) * 0.0001 AS y,
    CASE WHEN dteloc = '1' THEN 120 + draw(h, 28, 1800) WHEN draw(h, 28, 10) = 0 THEN NULL
        ELSE 80 + draw(h, 28, 500) END AS plot_area
FROM built
"""

# One line per dwelling and LOVAC file; `account` is who owns it then.
_STAY = """
CREATE TABLE stay AS
SELECT n, annee, h * 1 AS h, mixed(h + annee) AS hy, known, dteloc,
    CASE WHEN moved AND annee < changed THEN code_before ELSE com END AS com,
    CASE WHEN sold <= annee THEN account_after ELSE account_before END AS account,
    CASE WHEN sold <= annee THEN sold - 1 WHEN draw(h, 31, 10) < 8 THEN 1975 + draw(h, 32, 42)
        END AS mutation_year,
    CASE WHEN annee >= entry_2 THEN entry_2 - 1 - draw(h, 33, 2)
        WHEN entry_1 = 2019 THEN 2018 - draw(h, 34, 4) * draw(h, 35, 5) ELSE entry_1 - 1 - draw(h, 34, 2)
            END AS vacant_since
FROM premise, range(2019, 2027) AS years (annee)
WHERE annee >= entry_1 AND annee < exit_1 OR annee >= entry_2 AND annee < exit_2
"""


def invent_dwellings(connection: duckdb.DuckDBPyConnection) -> None:
    """Create `premise` (one line per premises, all years) and `stay` (premises × LOVAC file).

    Someone enters in some year, stays, leaves, and a few return; some are sold on the way.
    """
    for statement in (_STORY, _PREMISE, _STAY):
        connection.execute(statement)
    connection.execute("DROP TABLE story")
