"""Vacant dwellings: duration and characteristics, lives of dwellings."""

from __future__ import annotations

from indicators.reading import FRANCE, Indicator


def _share(name: str, dimension: str, value: str, year: int, condition: str) -> Indicator:
    """Count a year's dwellings of one characteristic, in all of France."""
    return Indicator(
        name,
        f"SELECT sum(stock_count) FROM marts_lovac_characteristics WHERE {FRANCE} AND dimension ="
        f" '{dimension}' AND value = '{value}' AND year = {year} AND filter = 'ex'",
        f"SELECT count(*) FROM ex_line WHERE year = {year} AND {condition}",
    )


CHARACTERISTICS = [
    _share(
        "Logements vacants depuis 0 à 2 ans, 2024",
        "duree_vacance",
        "0-2 ans",
        2024,
        "year - vacant_since BETWEEN 0 AND 2",
    ),
    _share(
        "Logements vacants depuis 3 à 5 ans, 2025",
        "duree_vacance",
        "3-5 ans",
        2025,
        "year - vacant_since BETWEEN 3 AND 5",
    ),
    _share(
        "Logements vacants depuis 6 à 10 ans, 2022",
        "duree_vacance",
        "6-10 ans",
        2022,
        "year - vacant_since BETWEEN 6 AND 10",
    ),
    _share(
        "Logements vacants depuis plus de 10 ans, 2026",
        "duree_vacance",
        "Plus de 10 ans",
        2026,
        "year - vacant_since > 10",
    ),
    _share("Maisons vacantes, 2020", "type_logement", "Maison", 2020, "nature = 'MAISON'"),
    _share("Appartements vacants, 2024", "type_logement", "Appartement", 2024, "nature = 'APPART'"),
    _share(
        "Logements vacants d'un particulier, 2023",
        "type_proprietaire",
        "Particulier",
        2023,
        "category = 'X1a'",
    ),
    _share(
        "Logements vacants d'une SCI, copropriété ou autre personne morale, 2025",
        "type_proprietaire",
        "SCI, Copropriété, Autres personnes morales",
        2025,
        "regexp_matches(category, '^(G[12][abcd]|M0a|M1a|M2a)$')",
    ),
    _share(
        "Logements vacants de 40 à 59 m², 2024", "surface", "40 à 59 m²", 2024, "area >= 40 AND area < 60"
    ),
    _share("Logements vacants de 100 m² et plus, 2021", "surface", "100 m² et plus", 2021, "area >= 100"),
    _share(
        "Logements vacants construits avant 1919, 2025",
        "epoque_construction",
        "Avant 1919",
        2025,
        "built > 100 AND built < 1919",
    ),
    _share(
        "Logements vacants construits de 1946 à 1970, 2022",
        "epoque_construction",
        "1946-1970",
        2022,
        "built BETWEEN 1946 AND 1970",
    ),
    Indicator(
        "Maisons du parc privé de Vendée, au dénominateur de leur vacance, 2024",
        """SELECT count_housing_private FROM marts_lovac_characteristics
            WHERE territory_level = 'departement' AND territory_code = '85'
        AND dimension = 'type_logement' AND value = 'Maison' AND year = 2024 AND filter = 'fil'""",
        "SELECT count(*) FROM ff WHERE year = 2024 AND department_of(commune) = '85' AND dteloc = '1' AND NOT"
        " public",
    ),
    Indicator(
        "Taux de vacance des appartements du parc privé, Rhône, 2025",
        """SELECT vacancy_rate FROM marts_lovac_characteristics WHERE territory_level = 'departement'
            AND territory_code = '69'
        AND dimension = 'type_logement' AND value = 'Appartement' AND year = 2025 AND filter = 'ex'""",
        """SELECT (SELECT count(*) FROM ex_line WHERE year = 2025 AND nature = 'APPART'
            AND department_of(commune) = '69')
        / (SELECT count(*) FROM ff WHERE year = 2025 AND dteloc = '2' AND NOT public
            AND department_of(commune) = '69')""",
    ),
    Indicator(
        "Logements vacants de classe énergétique F ou G, 2026",
        f"""SELECT sum(stock_count) FROM marts_lovac_characteristics
        WHERE {FRANCE} AND dimension = 'classe_energie' AND value IN ('F', 'G') AND year = 2026
            AND filter = 'ex'""",
        """SELECT count(*) FROM ex JOIN (SELECT local_id,
        max(energy_consumption_bdnb) AS class
            FROM app.fast_housing GROUP BY local_id) USING (local_id) WHERE year = 2026
                AND upper(trim(class)) IN ('F', 'G')""",
    ),
    Indicator(
        "Logements vacants de longue durée en zone TLV 1, 2024",
        f"""SELECT sum(stock_count) FROM marts_lovac_characteristics
        WHERE {FRANCE} AND dimension = 'zone_tlv' AND value = 'TLV 1' AND year = 2024 AND filter = 'fil'""",
        """SELECT count(*) FROM fil WHERE year = 2024
            AND (commune IN (SELECT geo_code FROM lake."external/dgfip/article_232_1")
            OR commune BETWEEN '75101' AND '75120' OR commune BETWEEN '69381' AND '69389'
                OR commune BETWEEN '13201' AND '13216')""",
    ),
]

LIVES = [
    Indicator(
        "Logements privés passés au moins une fois en vacance depuis 2019",
        "SELECT count(*) FROM marts_lovac_dwellings",
        "SELECT count(DISTINCT local_id) FROM ex",
    ),
    Indicator(
        "Logements privés vacants sans interruption de 2019 à 2026",
        "SELECT count(*) FROM marts_lovac_dwellings WHERE ex_years_count = 8",
        "SELECT count(*) FROM (SELECT local_id FROM ex GROUP BY local_id HAVING count(*) = 8)",
    ),
    Indicator(
        "Logements revenus au moins une fois en vacance",
        "SELECT count(*) FROM marts_lovac_dwellings WHERE ex_returns_count > 0",
        """SELECT count(DISTINCT local_id) FROM ex AS now
            WHERE EXISTS (FROM ex AS before WHERE before.local_id = now.local_id
            AND before.year < now.year - 1)
        AND NOT EXISTS (FROM ex AS before WHERE before.local_id = now.local_id
            AND before.year = now.year - 1)""",
    ),
    Indicator(
        "Logements entrés en vacance de longue durée en 2021",
        "SELECT count(*) FROM marts_lovac_dwellings WHERE fil_first_year = 2021",
        "SELECT count(*) FROM (SELECT local_id FROM fil GROUP BY local_id HAVING min(year) = 2021)",
    ),
    Indicator(
        "Logements sortis de vacance et absents du dernier millésime",
        "SELECT count(*) FROM marts_lovac_dwellings WHERE NOT ex_is_current",
        "SELECT count(*) FROM (SELECT local_id FROM ex GROUP BY local_id HAVING max(year) < 2026)",
    ),
    Indicator(
        "Nombre moyen de millésimes en vacance par logement",
        "SELECT avg(ex_years_count) FROM marts_lovac_dwellings",
        "SELECT count(*) / count(DISTINCT local_id) FROM ex",
    ),
]
