"""Vacant business premises: each once, whatever the number of files that name it."""

from __future__ import annotations

from indicators.reading import Indicator

INDICATORS = [
    Indicator(
        f"Couples commune × année que le secret statistique masque, {year}",
        f"SELECT count(*) FROM marts_locomvac_communes WHERE year = {year} AND secret_statistique",
        f"SELECT count(*) FROM (SELECT commune FROM locomvac WHERE year = {year} GROUP BY commune HAVING count(*) < 11)",
    )
    for year in (2022, 2023, 2024)
]
