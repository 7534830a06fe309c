"""Vacant dwellings: stock and flows of a year, and rates."""

from __future__ import annotations

from indicators.reading import FRANCE, Indicator

FLOWS = [
    Indicator(
        "Stock de logements privés vacants, toute durée, 2024",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2024 AND filter = 'ex'",
        "SELECT count(DISTINCT local_id) FROM lovac WHERE year = 2024 AND private AND vacant_in_ff",
    ),
    Indicator(
        "Stock de logements privés vacants, toute durée, 2026",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2026 AND filter = 'ex'",
        "SELECT count(DISTINCT local_id) FROM lovac WHERE year = 2026 AND private",
    ),
    Indicator(
        "Stock de logements privés vacants depuis plus de deux ans, 2020",
        f"SELECT sum(stock_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2020 AND filter = 'fil'",
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
        f"SELECT sum(entries_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2021 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2021 AND local_id NOT IN (SELECT local_id FROM ex WHERE year <"
        " 2021)",
    ),
    Indicator(
        "Entrées en vacance de longue durée, 2024",
        f"SELECT sum(entries_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2024 AND filter = 'fil'",
        "SELECT count(*) FROM fil WHERE year = 2024 AND local_id NOT IN (SELECT local_id FROM fil WHERE year"
        " < 2024)",
    ),
    Indicator(
        "Retours en vacance, 2023",
        f"SELECT sum(returns_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2023 AND filter = 'ex'",
        """SELECT count(*) FROM ex WHERE year = 2023
            AND local_id NOT IN (SELECT local_id FROM ex WHERE year = 2022)
        AND local_id IN (SELECT local_id FROM ex WHERE year < 2022)""",
    ),
    Indicator(
        "Retours en vacance de longue durée, 2025",
        f"SELECT sum(returns_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2025 AND filter = 'fil'",
        """SELECT count(*) FROM fil WHERE year = 2025
            AND local_id NOT IN (SELECT local_id FROM fil WHERE year = 2024)
        AND local_id IN (SELECT local_id FROM fil WHERE year < 2024)""",
    ),
    Indicator(
        "Maintiens en vacance, 2025",
        f"SELECT sum(stays_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2025 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2025 AND local_id IN (SELECT local_id FROM ex WHERE year ="
        " 2024)",
    ),
    Indicator(
        "Sorties de vacance, 2024",
        f"SELECT sum(exits_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2024 AND filter = 'ex'",
        "SELECT count(*) FROM ex WHERE year = 2023 AND local_id NOT IN (SELECT local_id FROM ex WHERE year ="
        " 2024)",
    ),
    Indicator(
        "Sorties de vacance de longue durée, 2026",
        f"SELECT sum(exits_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2026 AND filter = 'fil'",
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
        f"SELECT sum(unidentified_count) FROM marts_lovac_flows WHERE {FRANCE} AND year = 2025 AND filter ="
        " 'ex'",
        "SELECT count(*) FROM lovac WHERE year = 2025 AND private AND local_id IS NULL",
    ),
    *(
        Indicator(
            f"Logements vacants de longue durée, flux et inconnus réunis, {year}",
            f"SELECT sum(stock_count + unidentified_count) FROM marts_lovac_flows WHERE {FRANCE}"
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
        WHERE {FRANCE} AND year = 2024 AND filter = 'fil'
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
