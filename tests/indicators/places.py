"""Places: communes and their zonings, administrative cuts, establishments' territories and their
hierarchy."""

from __future__ import annotations

from indicators.reading import Indicator

_ANCT = 'lake."external/anct/ngeo-anct-cog2023"'
_COMMUNE = """SELECT com FROM lake."external/insee/cog_20240101" WHERE typecom = 'COM'"""

_CODES = """(SELECT DISTINCT "COM" AS com FROM lake."external/insee/cog_20240101" WHERE "TYPECOM" <> 'ARM')"""


def _cities(name: str, condition: str, source: str) -> Indicator:
    return Indicator(name, f"SELECT count(*) FROM cities_zonage_2024 WHERE {condition}", source)


def _anct(name: str, column: str, identifier: str) -> Indicator:
    return _cities(
        name,
        column,
        f"SELECT count(*) FROM {_ANCT} WHERE {identifier} IS NOT NULL AND insee_com IN ({_COMMUNE})",
    )


def _territory(indicator: str, year: int, siren: str) -> str:
    return f"""SELECT {indicator} FROM marts_public_establishments_morphology
        JOIN marts_production_establishments USING (establishment_id)
        WHERE siren = {siren} AND year = {year}"""


# The department council of Vendée: its territory has communes and no arrondissement.
_VENDEE = "(SELECT unnest(localities_geo_code) FROM app.establishments WHERE siren = 228500013)"
_LEVEL = """(SELECT id, unnest(localities_geo_code) AS commune, CASE WHEN kind IN ('COM', 'Commune') THEN 1
    WHEN kind IN ('CA', 'CC', 'CU', 'ME', 'METRO') THEN 2 WHEN kind IN ('DEP', 'SDED') THEN 3
    WHEN kind IN ('REG', 'SDER') THEN 4 END AS level
    FROM app.establishments)"""


def _pairs(name: str, depth: int) -> Indicator:
    return Indicator(
        name,
        f"SELECT count(*) FROM marts_public_establishments_hierarchy WHERE depth = {depth}",
        f"""SELECT count(DISTINCT (large.id, small.id)) FROM {_LEVEL} AS large JOIN {_LEVEL} AS small
            USING (commune)
        WHERE large.level - small.level = {depth}""",
    )


CITIES = [
    Indicator(
        "Communes du code officiel de 2024, déléguées comprises, Paris, Lyon et Marseille chacune une fois",
        "SELECT count(*) FROM cities_zonage_2024",
        f"SELECT count(*) FROM {_CODES}",
    ),
    _cities(
        "Communes en zone TLV 2",
        "tlv2",
        'SELECT count(DISTINCT geo_code) FROM lake."external/dgfip/article_232_2" WHERE geo_code IN'
        f" ({_COMMUNE})",
    ),
    _anct("Communes Action cœur de ville", "action_coeur_de_ville", "id_acv"),
    _anct("Communes Petites villes de demain", "petite_ville_de_demain", "id_pvd"),
    _anct("Communes Villages d'avenir", "village_davenir", "id_va"),
    _cities(
        "Communes dont l'ORT est signée",
        "ort_signed",
        f"""SELECT count(DISTINCT "Code commune") FROM lake."external/dgaln/ort"
        WHERE "Signée ?" = 'Signée' AND "Code commune" IN ({_COMMUNE})""",
    ),
    Indicator(
        "Programmes OPAH, toutes communes",
        "SELECT sum(opah) FROM cities_zonage_2024",
        """SELECT count(DISTINCT programme_id) FROM lake."external/anah/opah"
            WHERE type_programme LIKE 'OPAH%'""",
    ),
    _cities(
        "Codes de communes de Corse",
        "region_code = '94'",
        f"SELECT count(*) FROM {_CODES} WHERE com[:2] IN ('2A', '2B')",
    ),
    _cities(
        "Communes couvertes par un service de l'État inscrit",
        "couverte_via_service_etat",
        f"""SELECT count(DISTINCT commune)
            FROM (SELECT CASE WHEN code BETWEEN '75101' AND '75120' THEN '75056'
            WHEN code BETWEEN '69381' AND '69389' THEN '69123' WHEN code BETWEEN '13201' AND '13216'
                THEN '13055' ELSE code END AS commune
            FROM (SELECT unnest(localities_geo_code) AS code FROM app.establishments AS e
                WHERE kind IN ('SDED', 'SDER')
            AND deleted_at IS NULL AND EXISTS (FROM app.users AS u WHERE u.establishment_id = e.id
                AND u.deleted_at IS NULL)))
        WHERE commune IN ({_COMMUNE})""",
    ),
    Indicator(
        "Population des communes de Corse-du-Sud",
        """SELECT sum(population) FROM admin_communes WHERE "codeDepartement" = '2A'""",
        """SELECT sum(population) FROM lake."external/api_geo/communes" WHERE code LIKE '2A%'""",
    ),
    Indicator(
        "Population de Bordeaux Métropole",
        "SELECT population FROM admin_epci WHERE code = '243300316'",
        """SELECT population FROM lake."external/api_geo/epcis" WHERE code = '243300316'""",
    ),
    Indicator(
        "Communes en zone tendue (Abis, A ou B1)",
        "SELECT count(*) FROM marts_common_city_context WHERE is_tense",
        """SELECT count(*) FROM lake."external/dgaln/zonage_abc" WHERE "ZONE" IN ('Abis', 'A', 'B1')""",
    ),
    Indicator(
        "Population des communes rurales",
        "SELECT sum(population) FROM marts_common_city_context WHERE is_rural",
        """SELECT sum(population) FROM lake."external/api_geo/communes"
        WHERE code IN (SELECT "CODGEO" FROM lake."external/insee/densite_2024"
            WHERE "DENS7" IN ('5', '6', '7'))""",
    ),
    Indicator(
        "Revenu médian des communes en 2021, moyenne, euros",
        "SELECT avg(median_income) FROM marts_common_city_context WHERE income_year = 2021",
        """SELECT avg(CAST("MED" AS DOUBLE)) FROM lake."external/insee/revenus_communes"
            WHERE "MILLESIME" = '2021'""",
    ),
    Indicator(
        "Ventes de 2024 des communes Petites villes de demain",
        "SELECT sum(sales_count) FROM marts_common_city_context WHERE petite_ville_de_demain AND price_year ="
        " 2024",
        f"""SELECT sum(CAST("NBTRANS" AS INTEGER)) FROM lake."external/cerema/prix_communes"
            WHERE "ANNEE" = '2024'
        AND "CODGEO" IN (SELECT insee_com FROM {_ANCT} WHERE id_pvd IS NOT NULL)""",
    ),
]

TERRITORIES = [
    Indicator(
        "Logements vacants de longue durée publiés du territoire d'un département, 2025",
        _territory("count_vacant_housing_private_fil_public", 2025, "228500013"),
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2025 AND private AND long_term AND"
        f" commune IN {_VENDEE}",
    ),
    Indicator(
        "Logements du territoire d'un département, 2024",
        _territory("count_housing", 2024, "228500013"),
        f"SELECT count(*) FROM ff WHERE year = 2024 AND dteloc IN ('1', '2') AND commune IN {_VENDEE}",
    ),
    Indicator(
        "Évolution des locaux vacants du territoire d'un département de 2019 à 2020, en nombre",
        """SELECT var_2020_2019 FROM marts_public_establishments_morphology_unpivoted
        JOIN marts_production_establishments USING (establishment_id) WHERE siren = 228500013
            AND count_type = 'count_vacant_premisses'""",
        "SELECT count(*) FILTER (year = 2020) - count(*) FILTER (year = 2019) FROM lovac WHERE commune IN"
        f" {_VENDEE}",
    ),
    Indicator(
        "Taux de vacance de longue durée publié du territoire d'un département, 2025, %",
        """SELECT housing_vacant_rate FROM marts_public_establishments_morphology_catagorized
        JOIN marts_production_establishments USING (establishment_id) WHERE siren = 228500013""",
        f"""SELECT round(100 * (SELECT count(DISTINCT dwelling_id) FROM lovac
            WHERE year = 2025 AND private AND long_term AND commune IN {_VENDEE})
        / (SELECT count(*) FROM ff WHERE year = 2025 AND dteloc IN ('1', '2') AND NOT public
            AND commune IN {_VENDEE}), 2)""",
    ),
    _pairs("Couples d'établissements d'échelons voisins", 1),
    _pairs("Couples d'établissements séparés par un échelon", 2),
    _pairs("Couples d'établissements commune et région", 3),
]

INDICATORS = CITIES + TERRITORIES
