"""Invent events of before 2025 as the application once exported them: a sentence in place of a status."""

from __future__ import annotations

# Of housings that are no longer there, as many old ones are: the counts of today's housings are those of
# today's events.
OLD_EVENTS = """
WITH texts AS (
    SELECT unnest([
        'Passage à Suivi en cours', 'Passage à non-vacant : occupé par le propriétaire',
        'Passage de jamais contacté à premier contact, "rappeler M. LEBŒUF"', 'Bloqué - blocage juridique',
        'Courrier renvoyé NPAI', 'Sortie de la vacance ; loué depuis mars', 'Visite du logement'
    ]) AS content, generate_subscripts([1, 2, 3, 4, 5, 6, 7], 1) AS kind
)
SELECT uuid_of('old event', i) AS id, NULL AS owner_id, uuid_of('housing that is gone', i // 2) AS housing_id,
    'Changement de statut' AS kind,
    moment(own_number('old event', i), 1, TIMESTAMP '2020-03-01', TIMESTAMP '2024-11-30') AS created_at,
    content, NULL AS created_by, NULL AS campaign_id, NULL AS contact_kind, 'Statut' AS title
FROM range(1, 61) AS old_events (i) JOIN texts ON texts.kind = 1 + i % 7
"""
OLD_EVENTS_ORDER = "id"
