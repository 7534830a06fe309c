"""Recognise in the free text of the events of before 2025 what the application's lists know: nothing else of
the text is let through.

Status, sub-status and occupancy are told by words, the first that fits; accents, case and signs do not count.
Source of the words: the readings of the existing warehouse (labels of the application and of its elders).
"""

from __future__ import annotations

from collections.abc import Sequence

from jobs.sql import literal

# What a text says, after its accents, case and signs are gone → what it means.
_STATUSES = (
    ("jamais contacte", 0),
    ("non suivi", 0),
    ("en attente de retour", 1),
    ("premier contact", 2),
    ("suivi en cours", 3),
    ("non vacant", 4),
    ("suivi termine", 4),
    ("bloque", 5),
    ("sortie de la vacance", 4),
)
_SUB_STATUSES = (
    ("sortie de la vacance", "Sortie de la vacance"),
    ("via accompagnement", "Sortie de la vacance"),
    ("via intervention publique", "Sortie de la vacance"),
    ("sans accompagnement", "Sortie de la vacance"),
    ("absent du millesime suivant", "Sortie de la vacance"),
    ("non vacant", "N'était pas vacant"),
    ("npai", "N’habite pas à l’adresse indiquée"),
    ("vacance volontaire", "Blocage volontaire du propriétaire"),
    ("mauvaise experience locative", "Blocage volontaire du propriétaire"),
    ("rejet formel de l accompagnement", "Blocage volontaire du propriétaire"),
    ("blocage juridique", "Blocage involontaire du propriétaire"),
    ("liee au proprietaire", "Blocage involontaire du propriétaire"),
    ("projet qui n aboutit pas", "Blocage involontaire du propriétaire"),
    ("mauvais etat", "Immeuble / Environnement"),
)
_LEFT = "passage a non vacant"
# Once a dwelling is no longer vacant, the text says who lives there.
_OCCUPANCIES = (("proprietaire", "P"), ("loue", "L"), ("location", "L"), ("", "inconnu"))
_WORDS = "trim(regexp_replace(lower(strip_accents({column})), '[^a-z0-9]+', ' ', 'g'))"


def _says(words: str) -> str:
    return f"contains({_WORDS}, {literal(words)})"


def _case(meanings: Sequence[tuple[str, str | int]], within: str = "true") -> str:
    whens = " ".join(
        f"WHEN {_says(words)} AND {within} THEN {literal(meaning)}" for words, meaning in meanings
    )
    return f"CASE {whens} END"


STATUS = _case(_STATUSES)
SUB_STATUS = _case(_SUB_STATUSES)
OCCUPANCY = _case(_OCCUPANCIES, _says(_LEFT))
