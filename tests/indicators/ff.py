"""The stock of dwellings of the Fichiers fonciers: the denominators."""

from __future__ import annotations

from indicators.reading import Indicator

_FRANCE = "territory_level = 'departement' AND dimension = 'ensemble'"
_DWELLING = "dteloc IN ('1', '2')"


def _of(name: str, dimension: str, value: str, year: int, condition: str) -> Indicator:
    return Indicator(
        name,
        f"""SELECT sum(count_housing) FROM marts_ff_stock
        WHERE territory_level = 'departement' AND dimension = '{dimension}' AND value = '{value}'
            AND year = {year}""",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = {year} AND {condition}",
    )


INDICATORS = [
    Indicator(
        "Parc de logements, 2019",
        f"SELECT sum(count_housing) FROM marts_ff_stock WHERE {_FRANCE} AND year = 2019",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = 2019",
    ),
    Indicator(
        "Parc de logements privés, 2024",
        f"SELECT sum(count_housing_private) FROM marts_ff_stock WHERE {_FRANCE} AND year = 2024",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = 2024 AND NOT public",
    ),
    Indicator(
        "Parc de logements privés, 2026 : celui de l'extrait de 2025",
        f"SELECT sum(count_housing_private) FROM marts_ff_stock WHERE {_FRANCE} AND year = 2026",
        """SELECT count(*) FROM lake."cerema/2025/extff"
        WHERE ff_dteloc IN ('1', '2') AND coalesce(left(ff_ccogrm, 1), '') NOT IN ('1', '2', '3', '4', '5',
        '6', '9')""",
    ),
    Indicator(
        "Parc de logements du Bas-Rhin, 2022",
        "SELECT count_housing FROM marts_ff_stock WHERE territory_level = 'departement' AND territory_code ="
        " '67' AND dimension = 'ensemble' AND year = 2022",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = 2022 AND department_of(commune) = '67'",
    ),
    Indicator(
        "Parc de logements d'une commune, Strasbourg, 2023",
        "SELECT count_housing FROM marts_ff_stock WHERE territory_level = 'commune' AND territory_code ="
        " '67482' AND dimension = 'ensemble' AND year = 2023",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = 2023 AND commune = '67482'",
    ),
    Indicator(
        "Locaux commerciaux ou industriels, 2024",
        f"SELECT sum(count_commercial_premises) FROM marts_ff_stock WHERE {_FRANCE} AND year = 2024",
        "SELECT count(*) FROM ff WHERE dteloc = '4' AND year = 2024",
    ),
    Indicator(
        "Logements privés loués, 2023",
        "SELECT sum(count_housing_private_rented) FROM marts_common_morphology WHERE year = 2023",
        f"SELECT count(*) FROM ff WHERE {_DWELLING} AND year = 2023 AND NOT public AND occupancy = 'L'",
    ),
    _of("Logements vacants aux Fichiers fonciers, 2024", "occupation", "Vacant", 2024, "occupancy = 'V'"),
    _of(
        "Logements occupés par leur propriétaire, 2021",
        "occupation",
        "Occupé par le propriétaire",
        2021,
        "occupancy = 'P'",
    ),
    _of("Maisons, 2020", "type_logement", "Maison", 2020, "dteloc = '1'"),
    _of("Logements d'un particulier, 2024", "type_proprietaire", "Particulier", 2024, "category = 'X1a'"),
    _of("Logements de moins de 40 m², 2022", "surface", "Moins de 40 m²", 2022, "area > 0 AND area < 40"),
    _of(
        "Logements construits depuis 2006, 2023",
        "epoque_construction",
        "2006 et après",
        2023,
        "built >= 2006",
    ),
    _of("Logements publics ou sociaux, 2025", "nature_proprietaire", "Public ou social", 2025, "public"),
]
