"""Invent the users of Cerema's portal: some have an account in the application, written another way, and some
have none."""

from __future__ import annotations

# Half of the accounts, deleted ones too; thirty people without one, every third in two structures; three
# empty e-mails.
PORTAL_USERS = """
WITH known AS (
    SELECT u AS id_user, own_number('portal', u) AS h, e, email
    FROM app_user WHERE e IS NOT NULL AND draw(own_number('portal', u), 1, 2) = 0
),
visitor AS (
    SELECT 1000 + i AS id_user, h, 1 + draw(h, 1, (SELECT count(*) FROM establishment)) AS e,
        CASE WHEN i > 30 THEN CASE WHEN i % 2 = 0 THEN '' ELSE '  ' END
            ELSE lower(first_name(h, i % 2 = 0) || '.' || surname(h)) || i || '@example.com' END AS email
    FROM (SELECT i, own_number('visitor', i) AS h FROM range(1, 34) AS visitors (i))
),
attached AS (
    SELECT *, 1 AS place FROM known UNION ALL SELECT *, 1 FROM visitor
    UNION ALL SELECT id_user, h, 1 + (e + 6) % (SELECT count(*) FROM establishment), email, 2 FROM visitor
        WHERE id_user % 3 = 0
)
SELECT pick(a.h, 3, [email, upper(email), ' ' || email || ' ', email]) AS email, id_user,
    draw(a.h, 4, 5) = 0 AS exterieur, draw(a.h, 5, 3) = 0 AS gestionnaire,
    CAST(moment(a.h, 6 + place, TIMESTAMP '2022-01-01', TIMESTAMP '2026-06-01') AS DATE) AS date_rattachement,
    CAST(moment(a.h, 8 + place, TIMESTAMP '2026-07-01', TIMESTAMP '2028-06-01') AS DATE) AS date_expiration,
    CASE WHEN draw(a.h, 10, 6) > 0
        THEN strftime(moment(a.h, 11, TIMESTAMP '2022-01-01', TIMESTAMP '2026-06-01'), '%Y-%m-%d %H:%M:%S')
            END AS cgu_valide,
    s.e AS structure_id, s.name AS structure_raison_sociale, s.siren || '00019' AS structure_siret,
    pick(s.h, 12, ['départemental', 'communal', 'intercommunal']) AS structure_niveau_acces,
    CASE WHEN draw(s.h, 13, 8) > 0
        THEN CAST(moment(s.h, 14, TIMESTAMP '2026-01-01', TIMESTAMP '2028-06-01') AS DATE)
            END AS structure_acces_lovac
FROM attached AS a JOIN establishment AS s USING (e)"""

PORTAL_ORDER = "id_user, structure_id"
