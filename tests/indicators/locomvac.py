"""Vacant business premises: each once, whatever the number of files that name it; few of a place are told of
nobody."""

from __future__ import annotations

from indicators.reading import Indicator

_PARIS = """(SELECT com_code FROM lake."external/dgcl/com_epci_dep_reg" WHERE epci_siren = '200054781')"""
_OF_PARIS = (
    "FROM marts_locomvac_categories WHERE territory_level = 'epci' AND territory_code = '200054781' AND"
    " dimension = 'ensemble'"
)


def _of_year(year: int) -> list[Indicator]:
    return [
        Indicator(
            f"Locaux commerciaux vacants de la Métropole du Grand Paris, {year}",
            f"SELECT count_vacant_premises {_OF_PARIS} AND year = {year}",
            f"SELECT count(*) FROM locomvac WHERE year = {year} AND commune IN {_PARIS}",
        ),
        Indicator(
            f"Part des locaux commerciaux de la Métropole du Grand Paris qui sont vacants, {year}",
            f"SELECT vacancy_rate {_OF_PARIS} AND year = {year}",
            f"""SELECT (SELECT count(*) FROM locomvac WHERE year = {year} AND commune IN {_PARIS})
            / (SELECT count(*) FROM ff WHERE year = {year} AND dteloc = '4' AND commune IN {_PARIS})""",
        ),
        Indicator(
            f"Communes dont le secret statistique masque les locaux commerciaux vacants, {year}",
            f"SELECT count(*) FROM marts_locomvac_communes WHERE year = {year} AND secret_statistique",
            f"SELECT count(*) FROM (SELECT commune FROM locomvac WHERE year = {year} GROUP BY commune HAVING"
            " count(*) < 11)",
        ),
        Indicator(
            f"Intercommunalités dont le secret statistique masque les locaux commerciaux vacants, {year}",
            f"""SELECT count(*) FROM marts_locomvac_categories
            WHERE territory_level = 'epci' AND dimension = 'ensemble' AND year = {year}
                AND secret_statistique""",
            f"""SELECT count(*) FROM (SELECT epci_siren FROM locomvac
                JOIN lake."external/dgcl/com_epci_dep_reg" ON com_code = commune
            WHERE year = {year} AND epci_siren IS NOT NULL GROUP BY epci_siren HAVING count(*) < 11)""",
        ),
    ]


INDICATORS = [indicator for year in (2022, 2023, 2024) for indicator in _of_year(year)]
