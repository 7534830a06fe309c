"""Vacant dwellings: counts of a year, stock and flows, duration and characteristics, lives of dwellings,
rates."""

from __future__ import annotations

from indicators.reading import Indicator

_FRANCE = "territory_level = 'departement'"  # every commune is in one department: their sum is France

COUNTS = [
    Indicator(
        "Locaux vacants du fichier LOVAC 2019",
        "SELECT sum(count_vacant_premisses) FROM marts_common_morphology WHERE year = 2019",
        "SELECT count(*) FROM lovac WHERE year = 2019",
    ),
    Indicator(
        "Locaux vacants du fichier LOVAC 2026",
        "SELECT sum(count_vacant_premisses) FROM marts_common_morphology WHERE year = 2026",
        "SELECT count(*) FROM lovac WHERE year = 2026",
    ),
    Indicator(
        "Logements vacants, 2020",
        "SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2020",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2020 AND dwelling",
    ),
    Indicator(
        "Logements vacants du Calvados, 2023",
        "SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2023 AND dep_code = '14'",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2023 AND dwelling AND"
        " department_of(commune) = '14'",
    ),
    Indicator(
        "Logements vacants de La Réunion (code à trois caractères), 2021",
        "SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2021 AND dep_code ="
        " '974'",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2021 AND dwelling AND"
        " department_of(commune) = '974'",
    ),
    Indicator(
        "Logements vacants de l'Ain (zéro initial perdu dans le fichier), 2019",
        "SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2019 AND dep_code = '01'",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2019 AND dwelling AND"
        " department_of(commune) = '01'",
    ),
    Indicator(
        "Logements vacants de Corse, 2025",
        "SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2025 AND region_code ="
        " '94'",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2025 AND dwelling AND"
        " department_of(commune) IN ('2A', '2B')",
    ),
    Indicator(
        "Logements vacants du parc privé, 2022",
        "SELECT sum(count_vacant_housing_private) FROM marts_common_morphology WHERE year = 2022",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2022 AND private",
    ),
    Indicator(
        "Logements vacants du parc public ou social, 2024",
        "SELECT sum(count_vacant_housing - count_vacant_housing_private) FROM marts_common_morphology WHERE"
        " year = 2024",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2024 AND dwelling AND public",
    ),
    Indicator(
        "Logements privés vacants depuis plus de deux ans, 2021",
        "SELECT sum(count_vacant_housing_private_fil) FROM marts_common_morphology WHERE year = 2021",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2021 AND private AND long_term",
    ),
    Indicator(
        "Logements privés vacants depuis plus de deux ans et vacants aux Fichiers fonciers, 2023",
        "SELECT sum(count_vacant_housing_private_fil_ccthp) FROM marts_common_morphology WHERE year = 2023",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2023 AND private AND long_term AND"
        " vacant_in_ff",
    ),
    Indicator(
        "Vacance de longue durée publiée, 2024",
        "SELECT sum(count_vacant_housing_private_fil_public) FROM marts_common_morphology WHERE year = 2024",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2024 AND private AND long_term AND"
        " vacant_in_ff",
    ),
    Indicator(
        "Vacance de longue durée publiée, 2025 : sans la condition des Fichiers fonciers",
        "SELECT sum(count_vacant_housing_private_fil_public) FROM marts_common_morphology WHERE year = 2025",
        "SELECT count(DISTINCT dwelling_id) FROM lovac WHERE year = 2025 AND private AND long_term",
    ),
    Indicator(
        "Surface habitable des logements vacants de longue durée, 2024, m²",
        "SELECT sum(sum_living_area_vacant_housing_private_fil_ccthp) FROM marts_common_morphology WHERE year"
        " = 2024",
        """SELECT sum(area) FROM (FROM lovac WHERE year = 2024 AND private AND long_term AND vacant_in_ff
            QUALIFY row_number() OVER (PARTITION BY dwelling_id ORDER BY vacant_since DESC NULLS LAST,
            line) = 1)""",
    ),
    Indicator(
        "Surface des terrains des logements vacants de longue durée, 2025, m²",
        "SELECT sum(sum_plot_area_vacant_housing_private_fil_ccthp) FROM marts_common_morphology WHERE year ="
        " 2025",
        """SELECT sum(plot_area) FROM (FROM lovac WHERE year = 2025 AND private AND long_term AND vacant_in_ff
            QUALIFY row_number() OVER (PARTITION BY dwelling_id ORDER BY vacant_since DESC NULLS LAST,
            line) = 1)""",
    ),
    Indicator(
        "Communes qui ont au moins un logement vacant, 2024",
        "SELECT count(*) FROM marts_common_morphology WHERE year = 2024 AND count_vacant_housing > 0",
        "SELECT count(DISTINCT commune) FROM lovac WHERE year = 2024 AND dwelling",
    ),
]

FLOWS = [
    Indicator(
        "Stock de logements privés vacants, toute durée, 2024",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2024 AND filter = 'ex'",
        "SELECT count(DISTINCT local_id) FROM lovac WHERE year = 2024 AND private AND vacant_in_ff",
    ),
    Indicator(
        "Stock de logements privés vacants, toute durée, 2026",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2026 AND filter = 'ex'",
        "SELECT count(DISTINCT local_id) FROM lovac WHERE year = 2026 AND private",
    ),
    Indicator(
        "Stock de logements privés vacants depuis plus de deux ans, 2020",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2020 AND filter = 'fil'",
        "SELECT count(*) FROM fil WHERE year = 2020",
    ),
    Indicator(
        "Stock de logements privés vacants depuis plus de deux ans, Gironde, 2025",
        """SELECT stock_count FROM marts_lovac_flows
        WHERE territory_level = 'departement' AND territory_code = '33' AND year = 2025 AND filter = 'fil'""",
        "SELECT count(*) FROM fil WHERE year = 2025 AND department_of(commune) = '33'",
    ),
    Indicator(
        "Stock de logements privés vacants de Paris, arrondissements réunis, 2023",
        """SELECT stock_count FROM marts_lovac_flows
        WHERE territory_level = 'commune' AND territory_code = '75056' AND year = 2023 AND filter = 'ex'""",
        "SELECT count(*) FROM ex WHERE year = 2023 AND commune BETWEEN '75101' AND '75120'",
    ),
    Indicator(
        "Stock de logements privés vacants de Bordeaux Métropole, 2024",
        """SELECT stock_count FROM marts_lovac_flows
        WHERE territory_level = 'epci' AND territory_code = '243300316' AND year = 2024 AND filter = 'ex'""",
        """SELECT count(*) FROM ex WHERE year = 2024
        AND commune IN (SELECT com_code FROM lake."external/dgcl/com_epci_dep_reg"
            WHERE epci_siren = '243300316')""",
    ),
    Indicator(
        "Stock de logements privés vacants d'Auvergne-Rhône-Alpes, 2021",
        """SELECT stock_count FROM marts_lovac_flows
        WHERE territory_level = 'region' AND territory_code = '84' AND year = 2021 AND filter = 'ex'""",
        """SELECT count(*) FROM ex WHERE year = 2021 AND department_of(commune) IN
        (SELECT code_departement FROM lake."external/insee/departements_france" WHERE code_region = '84')""",
    ),
    Indicator(
        "Entrées en vacance, 2021",
        f"SELECT sum(entries_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2021 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2021 AND local_id NOT IN (SELECT local_id FROM ex WHERE year <"
        " 2021)",
    ),
    Indicator(
        "Entrées en vacance de longue durée, 2024",
        f"SELECT sum(entries_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2024 AND filter ="
        " 'fil'",
        "SELECT count(*) FROM fil WHERE year = 2024 AND local_id NOT IN (SELECT local_id FROM fil WHERE year"
        " < 2024)",
    ),
    Indicator(
        "Retours en vacance, 2023",
        f"SELECT sum(returns_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2023 AND filter = 'ex'",
        """SELECT count(*) FROM ex WHERE year = 2023
            AND local_id NOT IN (SELECT local_id FROM ex WHERE year = 2022)
        AND local_id IN (SELECT local_id FROM ex WHERE year < 2022)""",
    ),
    Indicator(
        "Retours en vacance de longue durée, 2025",
        f"SELECT sum(returns_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2025 AND filter ="
        " 'fil'",
        """SELECT count(*) FROM fil WHERE year = 2025
            AND local_id NOT IN (SELECT local_id FROM fil WHERE year = 2024)
        AND local_id IN (SELECT local_id FROM fil WHERE year < 2024)""",
    ),
    Indicator(
        "Maintiens en vacance, 2025",
        f"SELECT sum(stays_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2025 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2025 AND local_id IN (SELECT local_id FROM ex WHERE year ="
        " 2024)",
    ),
    Indicator(
        "Sorties de vacance, 2024",
        f"SELECT sum(exits_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2024 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2023 AND local_id NOT IN (SELECT local_id FROM ex WHERE year ="
        " 2024)",
    ),
    Indicator(
        "Sorties de vacance de longue durée, 2026",
        f"SELECT sum(exits_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2026 AND filter = 'fil'",
        "SELECT count(*) FROM fil WHERE year = 2025 AND local_id NOT IN (SELECT local_id FROM fil WHERE year"
        " = 2026)",
    ),
    Indicator(
        "Sorties de vacance des Bouches-du-Rhône, toutes années",
        """SELECT sum(exits_count) FROM marts_lovac_flows
        WHERE territory_level = 'departement' AND territory_code = '13' AND filter = 'ex'""",
        """SELECT count(*) FROM ex AS before WHERE department_of(commune) = '13' AND year < 2026
        AND NOT EXISTS (FROM ex AS after WHERE after.local_id = before.local_id
            AND after.year = before.year + 1)""",
    ),
    Indicator(
        "Logements privés vacants inconnus des Fichiers fonciers, 2025",
        f"SELECT sum(unidentified_count) FROM marts_lovac_flows WHERE {_FRANCE} AND year = 2025 AND filter ="
        " 'ex'",
        "SELECT count(*) FROM lovac WHERE year = 2025 AND private AND local_id IS NULL",
    ),
    *(
        Indicator(
            f"Logements vacants de longue durée, flux et inconnus réunis, {year}",
            f"SELECT sum(stock_count + unidentified_count) FROM marts_lovac_flows WHERE {_FRANCE}"
            f" AND year = {year} AND filter = 'fil'",
            f"SELECT sum(count_vacant_housing_private_fil_public) FROM morphology WHERE year = {year}",
        )
        for year in range(2019, 2027)
    ),
    Indicator(
        "Millésimes dont la règle n'est plus celle du précédent",
        "SELECT sum(DISTINCT year) FROM marts_lovac_flows WHERE is_series_break",
        "SELECT 2025",
    ),
    Indicator(
        "Flux qui s'équilibrent : stock moins arrivées, stock précédent moins départs, 2024",
        f"""SELECT sum(previous_stock_count * (1 - exit_rate)) FROM marts_lovac_flows
        WHERE {_FRANCE} AND year = 2024 AND filter = 'fil'
            AND abs(stock_count * (1 - entry_rate) - previous_stock_count * (1 - exit_rate)) < 0.001
            AND entry_rate BETWEEN 0 AND 1 AND exit_rate BETWEEN 0 AND 1""",
        """SELECT count(*) FROM fil WHERE year = 2024
            AND local_id IN (SELECT local_id FROM fil WHERE year = 2023)""",
    ),
    Indicator(
        "Logements dont la commune a changé de code, 2019-2026",
        "SELECT sum(joined_count) FROM marts_lovac_flows_cog WHERE filter = 'ex'",
        """SELECT count(*) FROM ex AS now JOIN ex AS before USING (local_id)
        WHERE now.year = before.year + 1 AND now.commune <> before.commune""",
    ),
    Indicator(
        "Communes du code géographique de 2020 avec un logement privé vacant",
        "SELECT count(*) FROM marts_lovac_flows_cog WHERE filter = 'ex' AND year = 2020 AND stock_count > 0",
        "SELECT count(DISTINCT commune) FROM ex WHERE year = 2020",
    ),
]

RATES = [
    Indicator(
        "Taux de vacance de longue durée du parc privé, Rhône, 2024",
        """SELECT vacancy_rate FROM marts_lovac_flows
        WHERE territory_level = 'departement' AND territory_code = '69' AND year = 2024 AND filter = 'fil'""",
        """SELECT (SELECT count(*) FROM fil WHERE year = 2024 AND department_of(commune) = '69')
        / (SELECT count(*) FROM ff WHERE year = 2024 AND department_of(commune) = '69'
            AND dteloc IN ('1', '2') AND NOT public)""",
    ),
    Indicator(
        "Taux de vacance du parc privé, Île-de-France, 2025",
        """SELECT vacancy_rate FROM marts_lovac_flows
        WHERE territory_level = 'region' AND territory_code = '11' AND year = 2025 AND filter = 'ex'""",
        """SELECT (SELECT count(*) FROM ex WHERE year = 2025 AND department_of(commune) = '75')
        / (SELECT count(*) FROM ff WHERE year = 2025 AND department_of(commune) = '75'
            AND dteloc IN ('1', '2') AND NOT public)""",
    ),
    Indicator(
        "Taux de sortie de vacance, Vendée, 2023",
        """SELECT exit_rate FROM marts_lovac_flows
        WHERE territory_level = 'departement' AND territory_code = '85' AND year = 2023 AND filter = 'ex'""",
        """SELECT avg(CAST(local_id NOT IN (SELECT local_id FROM ex WHERE year = 2023) AS INTEGER))
        FROM ex WHERE year = 2022 AND department_of(commune) = '85'""",
    ),
    Indicator(
        "Taux d'entrée en vacance, Oise, 2020",
        """SELECT entry_rate FROM marts_lovac_flows
        WHERE territory_level = 'departement' AND territory_code = '60' AND year = 2020 AND filter = 'ex'""",
        """SELECT count(*) FILTER (year = 2020
            AND local_id NOT IN (SELECT local_id FROM ex WHERE year = 2019))
        / count(*) FILTER (year = 2020) FROM ex WHERE department_of(commune) = '60'""",
    ),
]


def _share(name: str, dimension: str, value: str, year: int, condition: str) -> Indicator:
    """Count a year's dwellings of one characteristic, in all of France."""
    return Indicator(
        name,
        f"SELECT sum(stock_count) FROM marts_lovac_characteristics WHERE {_FRANCE} AND dimension ="
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
        WHERE {_FRANCE} AND dimension = 'classe_energie' AND value IN ('F', 'G') AND year = 2026
            AND filter = 'ex'""",
        """SELECT count(*) FROM ex JOIN (SELECT local_id,
        max(energy_consumption_bdnb) AS class
            FROM app.fast_housing GROUP BY local_id) USING (local_id) WHERE year = 2026
                AND upper(trim(class)) IN ('F', 'G')""",
    ),
    Indicator(
        "Logements vacants de longue durée en zone TLV 1, 2024",
        f"""SELECT sum(stock_count) FROM marts_lovac_characteristics
        WHERE {_FRANCE} AND dimension = 'zone_tlv' AND value = 'TLV 1' AND year = 2024 AND filter = 'fil'""",
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

INDICATORS = COUNTS + FLOWS + RATES + CHARACTERISTICS + LIVES
