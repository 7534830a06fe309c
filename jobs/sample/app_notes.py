"""Write the notes that people of the application keep on dwellings and owners."""

from __future__ import annotations

NOTES = """
SELECT id, NULL AS title_deprecated,
    'Appel de M. ' || capitalised(surname(h)) || ', joignable au 06 39 98 ' || digits(draw(h, 470, 100), 2)
        || ' '
        || digits(draw(h, 471, 100), 2) || ' ;' || chr(10) || 'rappeler.' AS content,
    created_at, created_by, CASE WHEN draw(h, 472, 30) = 0 THEN 'Appel entrant' ELSE 'Note courante'
        END AS note_kind,
        CASE WHEN draw(h, 473, 9) = 0 THEN created_at + to_days(1) END AS updated_at,
    CASE WHEN draw(h, 474, 15) = 0 THEN created_at + to_days(2) END AS deleted_at
FROM note"""


# A note in four is about two dwellings.
HOUSING_NOTES = """
WITH about AS (SELECT *, row_number() OVER (ORDER BY n) AS place, lead(housing_id) OVER (ORDER BY n) AS also,
    lead(geo_code) OVER (ORDER BY n) AS also_in FROM note WHERE n % 5 > 0)
SELECT id AS note_id, housing_id, geo_code AS housing_geo_code FROM about
UNION ALL SELECT id, also, also_in FROM about WHERE place % 4 = 1 AND also IS NOT NULL"""


OWNER_NOTES = """SELECT w.id AS note_id, uuid_of('owner', l.a * 8 + l.k) AS owner_id FROM note AS w
JOIN (SELECT n, min(a) AS a, min(k) AS k FROM owner_link WHERE rank = 1 GROUP BY n) AS l USING (n)
    WHERE w.n % 5 = 0"""
