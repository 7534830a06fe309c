"""Those who use the application and those whom it reaches: establishments, users, groups, owners, events."""

from __future__ import annotations

from indicators.reading import Indicator

_DONE = "(FROM app.{table} AS t WHERE t.establishment_id = e.id{more})"
_GROUPS = _DONE.format(table="groups", more="")
_CAMPAIGNS = _DONE.format(table="campaigns", more="")
_SENT = _DONE.format(table="campaigns", more=" AND t.sent_at IS NOT NULL")
_UPDATES = (
    "(FROM change AS t WHERE t.establishment_id = e.id AND t.author = 'user' AND (t.status_changed OR"
    " t.occupancy_changed))"
)


def _activation(name: str, label: str, condition: str) -> Indicator:
    return Indicator(
        name,
        f"SELECT count(*) FROM marts_production_establishments_activation WHERE typologie_activation_{label}",
        f"SELECT count(*) FROM app.establishments AS e WHERE {condition}",
    )


ESTABLISHMENTS = [
    Indicator(
        "Établissements",
        "SELECT count(*) FROM marts_production_establishments",
        "SELECT count(*) FROM app.establishments",
    ),
    Indicator(
        "Établissements qui ont un compte ouvert",
        "SELECT count(*) FROM marts_production_establishments WHERE is_active",
        "SELECT count(DISTINCT establishment_id) FROM app.users WHERE deleted_at IS NULL",
    ),
    Indicator(
        "Communes parmi les établissements, ancien et nouveau code de type",
        "SELECT count(*) FROM marts_production_establishments WHERE establishment_synthetic_type_label ="
        " 'Commune'",
        "SELECT count(*) FROM app.establishments WHERE kind IN ('COM', 'Commune')",
    ),
    Indicator(
        "Services de l'État parmi les établissements",
        "SELECT count(*) FROM marts_production_establishments WHERE covered_by_state_service",
        "SELECT count(*) FROM app.establishments WHERE kind IN ('SDED', 'SDER')",
    ),
    Indicator(
        "Logements contactés en 2022 par les établissements",
        "SELECT sum(contacts_number_2022) FROM marts_production_establishments",
        """SELECT count(DISTINCT (c.establishment_id, l.housing_geo_code, l.housing_id))
            FROM app.campaigns AS c
        JOIN app.campaigns_housing AS l ON l.campaign_id = c.id WHERE year(c.sent_at) = 2022""",
    ),
    Indicator(
        "Périmètres déposés",
        "SELECT sum(total_shapes) FROM marts_production_establishments",
        "SELECT count(*) FROM app.geo_perimeters WHERE created_by IS NOT NULL",
    ),
    _activation(
        "Collectivités inactives",
        "simple = '(1) CT inactive'",
        f"NOT EXISTS {_GROUPS} AND NOT EXISTS {_CAMPAIGNS}",
    ),
    _activation(
        "Collectivités en campagne, sans envoi",
        "simple = '(3) CT en campagne'",
        f"EXISTS {_CAMPAIGNS} AND NOT EXISTS {_SENT}",
    ),
    _activation("Collectivités activées", "simple = '(4) CT activée'", f"EXISTS {_SENT}"),
    _activation(
        "Collectivités exemplaires",
        "detaillee LIKE '(5._) CT exemplaire %'",
        f"EXISTS {_SENT} AND EXISTS {_UPDATES}",
    ),
    _activation(
        "Collectivités en analyse",
        "simple = '(2) CT en analyse'",
        f"EXISTS {_GROUPS} AND NOT EXISTS {_CAMPAIGNS}",
    ),
    Indicator(
        "Établissements qui ont fait une mise à jour de suivi",
        "SELECT count(*) FROM marts_production_establishments_activation WHERE a_fait_1_maj_suivi",
        "SELECT count(DISTINCT establishment_id) FROM change WHERE author = 'user' AND status_changed",
    ),
    Indicator(
        "Établissements non connectés depuis 90 jours, ou jamais",
        "SELECT count(*) FROM marts_production_establishments_activation WHERE NOT"
        " connecte_90_derniers_jours",
        """SELECT count(*) FROM app.establishments AS e
            WHERE NOT EXISTS (FROM app.users AS u WHERE u.establishment_id = e.id
            AND u.deleted_at IS NULL AND CAST(u.last_authenticated_at AS DATE) >= getvariable('day') - 90)""",
    ),
    Indicator(
        "Liens entre établissements et communes",
        "SELECT count(*) FROM join_establishment_cities",
        "SELECT sum(len(list_distinct(localities_geo_code))) FROM app.establishments",
    ),
]

USERS = [
    Indicator(
        "Comptes ouverts",
        "SELECT count(*) FROM marts_production_users",
        "SELECT count(*) FROM app.users WHERE deleted_at IS NULL",
    ),
    Indicator(
        "Comptes de l'équipe ZLV",
        "SELECT count(*) FROM marts_production_users WHERE user_type = 'zlv'",
        "SELECT count(*) FROM app.users WHERE deleted_at IS NULL AND email ILIKE '%beta.gouv.fr'",
    ),
    Indicator(
        "Comptes ouverts d'une intercommunalité",
        "SELECT count(*) FROM marts_production_users WHERE establishment_synthetic_type_label ="
        " 'Intercommunalité'",
        """SELECT count(*) FROM app.users AS u JOIN app.establishments AS e ON e.id = u.establishment_id
        WHERE u.deleted_at IS NULL AND e.kind IN ('CA', 'CC', 'CU', 'ME', 'METRO')""",
    ),
    Indicator(
        "Personnes qui ont accès au LOVAC sur le portail et pas de compte",
        "SELECT count(*) FROM marts_production_cerema_lovac_users_unregistered",
        """SELECT count(DISTINCT lower(trim(email))) FROM lake."cerema/portail/lovac_users"
        WHERE trim(email) <> '' AND structure_acces_lovac IS NOT NULL
        AND lower(trim(email)) NOT IN (SELECT lower(trim(email)) FROM app.users WHERE email IS NOT NULL)""",
    ),
]

GROUPS = [
    Indicator(
        "Groupes de logements",
        "SELECT count(*) FROM marts_production_groups",
        "SELECT count(*) FROM app.groups",
    ),
    Indicator(
        "Groupes exportés",
        "SELECT sum(total_exported_groups) FROM marts_production_establishments",
        "SELECT count(exported_at) FROM app.groups WHERE establishment_id IS NOT NULL",
    ),
    Indicator(
        "Logements mis dans un groupe",
        "SELECT count(*) FROM join_housing_groups",
        "SELECT count(*) FROM app.groups_housing",
    ),
]

OWNERS = [
    Indicator(
        "Propriétaires joignables par courriel",
        "SELECT count(*) FROM marts_production_owners WHERE can_be_mailed",
        "SELECT count(*) FROM app.owners WHERE trim(email) <> ''",
    ),
    Indicator(
        "Propriétaires de plusieurs logements suivis",
        "SELECT count(*) FROM marts_production_owners WHERE active_housing_count > 1",
        """SELECT count(*) FROM (SELECT owner_id FROM app.owners_housing WHERE rank >= 1
            GROUP BY owner_id HAVING count(DISTINCT (housing_geo_code, housing_id)) > 1)""",
    ),
    Indicator(
        "Particuliers parmi les propriétaires",
        "SELECT count(*) FROM marts_production_owners WHERE kind_class = 'Particulier'",
        "SELECT count(*) FROM app.owners WHERE kind_class = 'Particulier'",
    ),
    Indicator(
        "Propriétaires principaux de logements suivis",
        "SELECT count(DISTINCT owner_id) FROM join_owner_housing WHERE rank = 1",
        "SELECT count(DISTINCT owner_id) FROM app.owners_housing WHERE rank = 1",
    ),
]

EVENTS = [
    Indicator(
        "Changements de statut de suivi par les utilisateurs",
        "SELECT count(*) FROM marts_production_events WHERE simple_name = 'suivi' AND status_changed AND"
        " user_source = 'user'",
        "SELECT count(*) FROM change WHERE type = 'housing:status-updated' AND status_changed AND author ="
        " 'user'",
    ),
    Indicator(
        "Passages à « suivi terminé »",
        "SELECT count(*) FROM marts_production_events WHERE simple_name = 'suivi' AND status_changed AND"
        " new_status = 4",
        """SELECT (SELECT count(*) FROM change WHERE type = 'housing:status-updated' AND status_changed
            AND new_status = 4) + (SELECT count(*) FROM lake."production/old_events"
            WHERE content ILIKE '%non-vacant%' OR content ILIKE '%sortie de la vacance%')""",
    ),
    Indicator(
        "Changements d'occupation",
        "SELECT count(*) FROM marts_production_events WHERE simple_name = 'occupation' AND occupancy_changed",
        "SELECT count(*) FROM change WHERE type = 'housing:occupancy-updated' AND occupancy_changed",
    ),
    Indicator(
        "Notes non supprimées",
        "SELECT count(*) FROM marts_production_events WHERE category = 'note'",
        "SELECT count(*) FROM app.notes WHERE deleted_at IS NULL",
    ),
]

INDICATORS = ESTABLISHMENTS + USERS + GROUPS + OWNERS + EVENTS
