"""Vacant dwellings: counts of a year, and all that is asked of LOVAC."""

from __future__ import annotations

from indicators.lovac_dwellings import CHARACTERISTICS, LIVES
from indicators.lovac_flows import FLOWS, RATES
from indicators.reading import Indicator

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

INDICATORS = COUNTS + FLOWS + RATES + CHARACTERISTICS + LIVES
