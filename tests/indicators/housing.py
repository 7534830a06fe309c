"""Dwellings followed in the application: status, occupancy, last changes, campaigns, groups and zones."""

from __future__ import annotations

from indicators.reading import Indicator


def _count(name: str, condition: str, source: str) -> Indicator:
    return Indicator(name, f"SELECT count(*) FROM marts_production_housing WHERE {condition}", source)


def _status(name: str, status: int) -> Indicator:
    return _count(
        name, f"status = {status}", f"SELECT count(*) FROM app.fast_housing WHERE status = {status}"
    )


_OF_HOUSING = "(housing_geo_code, housing_id)"
_LAST_OF_USERS = f"""SELECT count(*) FROM (
    SELECT DISTINCT ON ({_OF_HOUSING}) * FROM change WHERE author = 'user' AND status_changed
        ORDER BY created_at DESC, id DESC
) WHERE new_status = """
_IN_SENT = """SELECT count(DISTINCT (l.housing_geo_code, l.housing_id)) FROM app.campaigns_housing AS l
    JOIN app.campaigns AS c ON c.id = l.campaign_id WHERE c.sent_at IS NOT NULL"""

INDICATORS = [
    _status("Logements jamais contactés (non suivis)", 0),
    _status("Logements en attente de retour", 1),
    _status("Logements en premier contact", 2),
    _status("Logements en suivi en cours", 3),
    _status("Logements dont le suivi est terminé", 4),
    _status("Logements dont le suivi est bloqué", 5),
    _count(
        "Logements vacants dans l'application",
        "occupancy = 'V'",
        "SELECT count(*) FROM app.fast_housing WHERE occupancy = 'V'",
    ),
    _count(
        "Logements loués dans l'application",
        "occupancy = 'L'",
        "SELECT count(*) FROM app.fast_housing WHERE occupancy = 'L'",
    ),
    _count(
        "Logements du LOVAC 2026 importés dans l'application",
        "list_contains(data_file_years, 'lovac-2026')",
        "SELECT count(*) FROM app.fast_housing WHERE 'lovac-2026' = ANY (data_file_years)",
    ),
    _count(
        "Passoires énergétiques suivies dans l'application",
        "energy_sieve",
        """SELECT count(*) FROM app.fast_housing
        WHERE energy_consumption_bdnb IN ('F', 'G')""",
    ),
    _count(
        "Logements vacants depuis deux ans dans l'application",
        "vacant_two_years",
        "SELECT count(*) FROM app.fast_housing WHERE vacancy_start_year < 2024",
    ),
    _count(
        "Logements dont le dernier changement de suivi par un utilisateur est « suivi terminé »",
        "last_event_status_user_followup = '4'",
        _LAST_OF_USERS + "4",
    ),
    _count(
        "Logements dont le dernier changement de suivi par un utilisateur est « suivi bloqué »",
        "last_event_status_user_followup = '5'",
        _LAST_OF_USERS + "5",
    ),
    _count(
        "Logements dont l'équipe ZLV a changé l'occupation",
        "last_event_date_zlv_occupancy IS NOT NULL",
        f"SELECT count(DISTINCT {_OF_HOUSING}) FROM change WHERE author = 'zlv' AND occupancy_changed",
    ),
    _count("Logements contactés par une campagne envoyée", "total_sent > 0", _IN_SENT),
    _count(
        "Logements d'au moins un groupe",
        "total_groups > 0",
        f"SELECT count(DISTINCT {_OF_HOUSING}) FROM app.groups_housing",
    ),
    _count(
        "Logements sur le territoire d'un établissement inscrit",
        "is_on_user_teritory",
        """SELECT count(*) FROM app.fast_housing WHERE geo_code IN (
            SELECT unnest(localities_geo_code) FROM app.establishments AS e WHERE deleted_at IS NULL
            AND EXISTS (FROM app.users AS u WHERE u.establishment_id = e.id AND u.deleted_at IS NULL))""",
    ),
    _count(
        "Logements suivis en zone TLV 1",
        "is_in_tlv1_teritory",
        """SELECT count(*) FROM app.fast_housing
            WHERE geo_code IN (SELECT geo_code FROM lake."external/dgfip/article_232_1")
        OR geo_code BETWEEN '75101' AND '75120' OR geo_code BETWEEN '69381' AND '69389'
            OR geo_code BETWEEN '13201' AND '13216'""",
    ),
    _count(
        "Logements suivis dans une commune Petites villes de demain",
        "is_in_petite_ville_de_demain_teritory",
        """SELECT count(*) FROM app.fast_housing
        WHERE geo_code IN (SELECT insee_com FROM lake."external/anct/ngeo-anct-cog2023"
            WHERE id_pvd IS NOT NULL)""",
    ),
    Indicator(
        "Logements du LOVAC 2026 encore vacants dans l'application, toutes communes",
        "SELECT sum(count_housing_vacant_production) FROM marts_common_morphology WHERE year = 2026",
        "SELECT count(*) FROM app.fast_housing WHERE 'lovac-2026' = ANY (data_file_years) AND occupancy"
        " = 'V'",
    ),
    Indicator(
        "Logements importés du LOVAC 2023, toutes communes",
        "SELECT sum(count_housing_tagged_lovac_production) FROM marts_common_morphology WHERE year = 2023",
        "SELECT count(*) FROM app.fast_housing WHERE 'lovac-2023' = ANY (data_file_years)",
    ),
]
