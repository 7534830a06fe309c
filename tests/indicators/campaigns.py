"""Campaigns: what is sent, and the share of dwellings that moved 3, 6, 9 and 36 months after; acts per
month."""

from __future__ import annotations

from indicators.reading import Indicator

# Dwellings of a campaign on which a user changed something between its sending and the end of the window.
RETURNED = """SELECT count(DISTINCT (c.id, l.housing_geo_code, l.housing_id)) FROM app.campaigns AS c
    JOIN app.campaigns_housing AS l ON l.campaign_id = c.id
    JOIN change AS e ON (e.housing_geo_code, e.housing_id) = (l.housing_geo_code, l.housing_id)
    WHERE e.author = 'user' AND (e.status_changed OR e.occupancy_changed)
    AND e.created_at BETWEEN c.sent_at AND c.sent_at + INTERVAL {months} MONTH"""
_BEFORE_NEXT = """ AND NOT EXISTS (FROM app.campaigns AS next WHERE next.establishment_id = c.establishment_id
    AND next.sent_at > c.sent_at AND next.sent_at <= e.created_at)"""


def _returns(months: int) -> list[Indicator]:
    return [
        Indicator(
            f"Logements revenus à {months} mois, toutes campagnes",
            f"SELECT sum(return_count_{months}_months) FROM marts_production_campaigns",
            RETURNED.format(months=months),
        ),
        Indicator(
            f"Logements revenus à {months} mois, avant la campagne suivante",
            f"SELECT sum(return_count_{months}_months_before_next_campaign) FROM marts_production_campaigns",
            RETURNED.format(months=months) + _BEFORE_NEXT,
        ),
        Indicator(
            f"Taux de retour moyen des campagnes envoyées, à {months} mois, %",
            f"SELECT avg(return_rate_{months}_months) FROM marts_production_campaigns",
            f"""SELECT avg(100 * (SELECT count(DISTINCT (l.housing_geo_code, l.housing_id))
                FROM app.campaigns_housing AS l
                JOIN change AS e ON (e.housing_geo_code, e.housing_id) = (l.housing_geo_code, l.housing_id)
                WHERE l.campaign_id = c.id AND e.author = 'user' AND (e.status_changed OR e.occupancy_changed)
                AND e.created_at BETWEEN c.sent_at AND c.sent_at + INTERVAL {months} MONTH)
            / (SELECT count(*) FROM app.campaigns_housing AS l WHERE l.campaign_id = c.id))
            FROM app.campaigns AS c WHERE sent_at IS NOT NULL
                AND id IN (SELECT campaign_id FROM app.campaigns_housing)""",
        ),
    ]


# Follow-ups that a user ended once a campaign of the establishment had been sent, by year of their end.
_ENDED = """SELECT count(DISTINCT (c.establishment_id, year(e.created_at), l.housing_geo_code, l.housing_id))
    FROM app.campaigns AS c
    JOIN app.campaigns_housing AS l ON l.campaign_id = c.id
    JOIN change AS e ON (e.housing_geo_code, e.housing_id) = (l.housing_geo_code, l.housing_id)
    WHERE e.author = 'user' AND e.status_changed AND e.new_status = 4 AND e.created_at >= c.sent_at"""
_ENDED_IN_ANY_YEAR = " + ".join(f"contacted_housing_followup_ended_{year}" for year in range(2020, 2027))


def _month(name: str, column: str, month: str, source: str) -> Indicator:
    return Indicator(
        name, f"SELECT {column} FROM marts_stats_monthly_global WHERE month = DATE '{month}-01'", source
    )


_IN_MONTH = "date_trunc('month', {}) = DATE '{}-01'"

INDICATORS = [
    Indicator(
        "Campagnes", "SELECT count(*) FROM marts_production_campaigns", "SELECT count(*) FROM app.campaigns"
    ),
    Indicator(
        "Campagnes envoyées",
        "SELECT count(*) FROM marts_production_campaigns WHERE is_sent = 1",
        "SELECT count(sent_at) FROM app.campaigns",
    ),
    Indicator(
        "Campagnes validées et jamais envoyées",
        "SELECT count(*) FROM marts_production_campaigns WHERE is_validated = 1 AND is_sent = 0",
        "SELECT count(validated_at) FROM app.campaigns WHERE sent_at IS NULL",
    ),
    Indicator(
        "Campagnes non envoyées créées depuis plus de 30 jours",
        "SELECT sum(is_creation_gt_30_days) FROM marts_production_campaigns",
        "SELECT count(*) FROM app.campaigns WHERE sent_at IS NULL AND CAST(created_at AS DATE) <"
        " getvariable('day') - 30",
    ),
    Indicator(
        "Logements par campagne, moyenne",
        "SELECT avg(housing_number_in_campaign) FROM marts_production_campaigns WHERE"
        " housing_number_in_campaign > 0",
        "SELECT count(*) / count(DISTINCT campaign_id) FROM app.campaigns_housing",
    ),
    Indicator(
        "Campagnes suivies d'une autre du même établissement dans les 36 mois",
        "SELECT sum(has_next_campaign_in_36_months) FROM marts_production_campaigns",
        """SELECT count(*) FROM app.campaigns AS c WHERE EXISTS (FROM app.campaigns AS next
            WHERE next.establishment_id = c.establishment_id AND next.sent_at > c.sent_at
            AND next.sent_at <= c.sent_at + INTERVAL 36 MONTH)""",
    ),
    *(indicator for months in (3, 6, 9, 36) for indicator in _returns(months)),
    Indicator(
        "Suivis terminés après l'envoi d'une campagne, dans leur année",
        f"SELECT sum({_ENDED_IN_ANY_YEAR}) FROM marts_production_establishments",
        _ENDED,
    ),
    Indicator(
        "Suivis terminés en 2025 après l'envoi d'une campagne",
        "SELECT sum(contacted_housing_followup_ended_2025) FROM marts_production_establishments",
        f"{_ENDED} AND year(e.created_at) = 2025",
    ),
    _month(
        "Campagnes créées en février 2025",
        "total_campaigns_created",
        "2025-02",
        f"SELECT count(*) FROM app.campaigns WHERE {_IN_MONTH.format('created_at', '2025-02')}",
    ),
    _month(
        "Campagnes envoyées en février 2021, l'envoi compté dans son mois",
        "total_campaigns_sent",
        "2021-02",
        f"SELECT count(*) FROM app.campaigns WHERE {_IN_MONTH.format('sent_at', '2021-02')}",
    ),
    _month(
        "Campagnes envoyées depuis l'origine, à fin 2024",
        "cumulative_campaigns_sent",
        "2024-12",
        "SELECT count(*) FROM app.campaigns WHERE sent_at < TIMESTAMPTZ '2025-01-01 00:00:00 Europe/Paris'",
    ),
    _month(
        "Comptes activés en juillet 2020",
        "created_users",
        "2020-07",
        "SELECT count(*) FROM app.users WHERE deleted_at IS NULL AND"
        f" {_IN_MONTH.format('activated_at', '2020-07')}",
    ),
    _month(
        "Établissements inscrits, à fin 2023",
        "cumulative_created_establishments",
        "2023-12",
        """SELECT count(DISTINCT establishment_id) FROM app.users
        WHERE deleted_at IS NULL AND activated_at < TIMESTAMPTZ '2024-01-01 00:00:00 Europe/Paris'""",
    ),
]
