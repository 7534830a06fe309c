"""What a filling of the application's schema draws from: values of every kind that its columns allow."""

from __future__ import annotations

TABLES = [
    "establishments",
    "users",
    "buildings",
    "owners",
    "fast_housing",
    "owners_housing",
    "groups",
    "groups_housing",
    "campaigns",
    "campaigns_housing",
    "events",
    "housing_events",
    "housing_document_events",
    "owner_events",
    "group_housing_events",
    "geo_perimeters",
    "notes",
    "housing_notes",
    "owner_notes",
]
ROWS = 6
PLACES = [
    "01001",
    "75056",
    "75101",
    "2A004",
    "2B033",
    "97105",
    "97611",
    "59350",
    "13055",
    "13201",
    "69387",
    "49007",
]
ODD_PLACES = ["01", "59", "97", "12e9", "75", "75 056", "2Bxxx", "98999", "01001 ", "35é"]
CODES = [
    ["0", "1", "2", "3", "4", "5", "6", "-1", "99"],
    ["V", "L", "RS", "B", "M", "T", "I", "X", "inconnu", "v"],
    [
        "housing:status-updated",
        "housing:occupancy-updated",
        "owner:updated",
        "housing:owner-attached",
        "campaign:x",
        ":",
    ],
    ["Commune", "COM", "EPCI", "ME", "CC", "DEP", "REG", "DDT", "DREAL", "SDER", "TOM", "PETR"],
    ["lovac-2023", "ff-2024", "lovac-19999", "lovac-", "2019", "A", "G", "F", "g", "-"],
]
TEXTS = [
    "",
    " ",
    "\t",
    "🏚️👩‍👩‍👧",
    "L’Haÿ-les-Roses",
    'l\'été; "à" | x,y',
    "NULL",
    "null",
    "\\N",
    "{}",
    "a\nb\r\nc",
    "œ–€",
    "\u202e\u0301",
]
STATUSES = [
    "Non suivi",
    "Jamais contacté",
    "En attente de retour",
    "Suivi terminé",
    "Bloqué",
    "Non-vacant",
    "Autre ?",
]
OCCUPANCIES = ["Vacant", "En location", "inconnu", "Occupation inconnue", "V", "Meublé"]
INTEGERS = [0, 1, 2, 3, 4, 5, 6, 7, 99, -1, 2018, 2023, 2024, 9999, 2**31 - 1, -(2**31)]
MOMENTS = [
    "infinity",
    "-infinity",
    "4713-01-01 00:00:00 BC",
    "0001-01-01 00:00:00",
    "1582-10-10 12:00:00",
    "1969-12-31 23:59:59.999999",
    "2020-02-29 23:30:00",
    "2023-10-29 01:30:00",
    "2024-06-30 22:30:00",
    "2025-05-05 05:05:05",
    "2026-11-01 00:00:00",
    "2100-01-01 00:00:00",
    "9999-12-31 23:59:59",
    "10000-01-01 00:00:00",
    "290000-01-01 00:00:00",
    "294276-12-31 23:59:59",
]
DAYS = [
    "infinity",
    "-infinity",
    "4713-01-01 BC",
    "1850-05-05",
    "2019-12-31",
    "2024-02-29",
    "9999-12-31",
    "5874897-12-31",
]
NUMBERS = ["NaN", "Infinity", "-Infinity", "0", "-0.0", "1e308", "48.85"]
