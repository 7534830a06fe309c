"""What the history says of the last day that it knows: what the application says on that day."""

from __future__ import annotations

from indicators.campaigns import RETURNED
from indicators.reading import Indicator

_LAST = "month = (SELECT max(month) FROM marts_history_days WHERE is_known)"

INDICATORS = [
    Indicator(
        "Logements dont le suivi est terminé, dernier mois de l'historique",
        f"SELECT sum(count_housing) FROM marts_history_housing_status WHERE {_LAST} AND territory_level ="
        " 'france' AND status = 4",
        "SELECT count(*) FROM app.fast_housing WHERE status = 4",
    ),
    Indicator(
        "Logements vacants de Gironde, dernier mois de l'historique",
        f"""SELECT sum(count_housing) FROM marts_history_housing_status
        WHERE {_LAST} AND territory_level = 'departement' AND territory_code = '33' AND occupancy = 'V'""",
        "SELECT count(*) FROM app.fast_housing WHERE geo_code LIKE '33%' AND occupancy = 'V'",
    ),
    Indicator(
        "Logements contactés, dernier mois de l'historique",
        f"SELECT sum(count_housing_contacted) FROM marts_history_housing_status WHERE {_LAST} AND"
        " territory_level = 'france'",
        """SELECT count(DISTINCT (l.housing_geo_code, l.housing_id)) FROM app.campaigns_housing AS l
        JOIN app.campaigns AS c ON c.id = l.campaign_id WHERE c.sent_at IS NOT NULL""",
    ),
    Indicator(
        "Campagnes envoyées, dernier mois de l'historique",
        f"SELECT sum(count_campaigns_sent) FROM marts_history_campaigns WHERE {_LAST}",
        "SELECT count(sent_at) FROM app.campaigns",
    ),
    Indicator(
        "Logements revenus à 9 mois, dernier mois de l'historique",
        f"SELECT sum(return_count_9_months) FROM marts_history_campaigns WHERE {_LAST}",
        RETURNED.format(months=9),
    ),
]
