"""Invent what the application's schema allows and its lists do not know, a few rows of each: a warehouse
folds them, and its page of differences tells how many."""

from __future__ import annotations

from jobs.sample.app_people import TODAY

# Of the dwellings that stopped at one status, one in a few, spread over them.
_STOPPED = """
CREATE TABLE stopped AS
SELECT n, arg_max(h, happened) AS h, arg_max(status, happened) AS status, max(happened) AS happened,
    arg_max(author, happened) AS author, arg_max(sub_status, happened) AS sub_status,
    row_number() OVER (PARTITION BY arg_max(status, happened) ORDER BY n) AS place
FROM step GROUP BY n
"""

# Nobody answered again: the dwelling is followed no longer, and an old client writes it in its own words.
_RESUMED = f"""
CREATE TABLE resumed AS
SELECT n, happened + to_days(60) AS happened, author FROM stopped
WHERE status = 2 AND place % 4 = 1 AND happened + to_days(61) < {TODAY}
"""

_OUTCOME_RESUMED = """
UPDATE outcome SET status = 0, sub_status = NULL, last_change = resumed.happened
FROM resumed WHERE resumed.n = outcome.n
"""

# A status that no list of the application has.
_OUTCOME_UNKNOWN = """
UPDATE outcome SET status = 6
WHERE n IN (SELECT n FROM outcome WHERE status = 0 AND last_change IS NULL
    QUALIFY row_number() OVER (ORDER BY n) % 90 = 7)
"""

OUTCOMES = (_STOPPED, _RESUMED, _OUTCOME_RESUMED, _OUTCOME_UNKNOWN)

# One status under its old label and then its new one; two people who write at the same instant.
EVENTS = f"""
SELECT 'resumed:' || n, happened, author, 'housing:status-updated',
    json_object('status', 'Premier contact'), json_object('status', 'Non-suivi'), n, NULL FROM resumed
UNION ALL
SELECT 'relabelled:' || s.n, s.happened + to_days(90), s.author, 'housing:status-updated',
    json_object('status', l.old_labels[1], 'subStatus', s.sub_status),
    json_object('status', l.label, 'subStatus', s.sub_status), s.n, NULL
FROM stopped AS s JOIN status_label AS l USING (status)
WHERE s.status IN (4, 5) AND s.place % 4 = 2 AND s.happened + to_days(91) < {TODAY}
UNION ALL
SELECT 'twin:' || n, happened, author, 'housing:status-updated',
    json_object('status', 'Premier contact'),
    json_object('status', 'Suivi terminé', 'subStatus', 'Autre objectif rempli'), n, NULL
FROM stopped WHERE status = 3 AND place % 5 = 3"""
