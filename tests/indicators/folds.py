"""What the lists of the application do not know: how many, and that each is told as what it is, or not."""

from __future__ import annotations

from indicators.reading import Indicator

_SEVERAL = """(SELECT owner_id FROM app.owners_housing WHERE rank >= 1
    GROUP BY owner_id HAVING count(DISTINCT (housing_geo_code, housing_id)) > 1)"""

INDICATORS = [
    Indicator(
        "Logements dont aucune liste ne connaît le statut",
        "SELECT count(*) FROM marts_production_housing WHERE status IS NULL",
        "SELECT count(*) FROM app.fast_housing WHERE status NOT BETWEEN 0 AND 5",
    ),
    Indicator(
        "Comptes ouverts dont aucune liste ne connaît le rôle",
        "SELECT count(*) FROM marts_production_users WHERE role IS NULL",
        "SELECT count(*) FROM app.users WHERE deleted_at IS NULL AND role NOT IN (0, 1, 2)",
    ),
    Indicator(
        "Distance moyenne des propriétaires que leur adresse situe, en mètres",
        "SELECT avg(locprop_distance_ban) FROM join_owner_housing",
        "SELECT avg(locprop_distance_ban) FROM app.owners_housing WHERE locprop_distance_ban >= 0",
    ),
    Indicator(
        "Établissements sans genre",
        "SELECT count(*) FROM marts_production_establishments WHERE kind IS NULL",
        "SELECT count(*) FROM app.establishments WHERE kind = ''",
    ),
    Indicator(
        "Propriétaires de plusieurs logements, dits ou connus",
        "SELECT count(*) FROM marts_production_owners WHERE is_multi_owner",
        f"""SELECT count(*) FROM app.owners
        WHERE is_multi_owner OR is_multi_owner IS NULL AND id IN {_SEVERAL}""",
    ),
    Indicator(
        "Propriétaires dont rien ne dit s'ils ont plusieurs logements",
        "SELECT count(*) FROM marts_production_owners WHERE is_multi_owner IS NULL",
        f"SELECT count(*) FROM app.owners WHERE is_multi_owner IS NULL AND id NOT IN {_SEVERAL}",
    ),
    Indicator(
        "Changements de libellé d'un statut qui reste le même",
        "SELECT count(*) FROM marts_production_events WHERE simple_name = 'suivi' AND NOT status_changed AND"
        " new_status_raw <> old_status_raw",
        """SELECT count(*) FROM app.events WHERE type = 'housing:status-updated'
        AND (next_old ->> 'status', next_new ->> 'status')
            IN (('Bloqué', 'Suivi bloqué'), ('Non-vacant', 'Suivi terminé'))""",
    ),
    Indicator(
        "Passages à « non suivi », ancien et nouveau libellé",
        "SELECT count(*) FROM marts_production_events WHERE event_version = 'new' AND new_status_refined ="
        " 'Non-suivi' AND status_changed",
        """SELECT count(*) FROM app.events WHERE type = 'housing:status-updated'
        AND (next_new ->> 'status') IN ('Non suivi', 'Non-suivi', 'Jamais contacté')""",
    ),
    Indicator(
        "Événements et notes d'un auteur que personne ne connaît",
        "SELECT count(*) FROM marts_production_events WHERE user_source IS NULL",
        """SELECT (SELECT count(*) FROM app.events WHERE created_by NOT IN (SELECT id FROM app.users))
        + (SELECT count(*) FROM lake."production/old_events" WHERE created_by IS NULL)""",
    ),
    Indicator(
        "Logements dont une autre commune porte l'identifiant, une ligne chacun",
        "SELECT count(*) FROM marts_production_housing WHERE id IN"
        " (SELECT id FROM marts_production_housing GROUP BY id HAVING count(DISTINCT geo_code) > 1)",
        """SELECT count(*) FROM app.fast_housing
        WHERE id IN (SELECT id FROM app.fast_housing GROUP BY id HAVING count(*) > 1)""",
    ),
]
