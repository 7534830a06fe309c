WITH label (count_type, count_label) AS (
    VALUES ('count_vacant_premisses', 'Locaux Vacants'), ('count_vacant_housing', 'Logements Vacants'),
        ('count_vacant_housing_private', 'Logements Vacants du Parc Privé'),
        ('count_vacant_housing_private_fil', 'Logements Vacants du Parc Privé (FIL)'),
        ('count_vacant_housing_private_fil_public', 'Logements Vacants >2 ans du Parc Privé - Public'),
        ('count_vacant_housing_private_fil_ccthp', 'Logements Vacants du Parc Privé (FIL+CCTHP)'),
        ('count_housing', 'Logements Totaux'), ('count_housing_private', 'Logements du Parc Privé'),
        ('count_housing_private_rented', 'Logements du Parc Privé Loués'),
        ('count_housing_last_lovac_production', 'LOVAC 2026 (>2 ans) - ZLV'),
        ('count_housing_tagged_lovac_production', 'Parc ZLV importé du millésime (Millésimes inclus)'),
        ('count_housing_last_ff_production', 'FF 2024 (parc privé locatif) - ZLV'),
        ('count_housing_rented_production', 'Loué - ZLV'), ('count_housing_vacant_production', 'Vacant - ZLV'),
        ('count_housing_energy_sieve_production', 'Passoire énergétique - ZLV'),
        ('sum_living_area_vacant_housing_private_fil_ccthp', 'Somme des surfaces habitables Vacants du Parc Privé (FIL+CCTHP)'),
        ('sum_plot_area_vacant_housing_private_fil_ccthp', 'Somme des surfaces foncières Vacants du Parc Privé (FIL+CCTHP)')
), figure AS (
    UNPIVOT (
        SELECT establishment_id, year, CAST(COLUMNS(* EXCLUDE (establishment_id, year)) AS DECIMAL(38, 3)) FROM morphology_of_establishment
    ) ON COLUMNS(* EXCLUDE (establishment_id, year)) INTO NAME count_type VALUE amount
), yearly AS (
    PIVOT figure ON year IN (2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026) USING max(amount) GROUP BY establishment_id, count_type
)
SELECT
    y.*, l.count_label,
    y."2026" - y."2025" AS var_2026_2025, round(CAST(100 * (y."2026" - y."2025") AS DOUBLE) / nullif(y."2025", 0), 2) AS var_pct_2026_2025,
    y."2025" - y."2024" AS var_2025_2024, round(CAST(100 * (y."2025" - y."2024") AS DOUBLE) / nullif(y."2024", 0), 2) AS var_pct_2025_2024,
    y."2024" - y."2023" AS var_2024_2023, round(CAST(100 * (y."2024" - y."2023") AS DOUBLE) / nullif(y."2023", 0), 2) AS var_pct_2024_2023,
    y."2023" - y."2022" AS var_2023_2022, round(CAST(100 * (y."2023" - y."2022") AS DOUBLE) / nullif(y."2022", 0), 2) AS var_pct_2023_2022,
    y."2022" - y."2021" AS var_2022_2021, round(CAST(100 * (y."2022" - y."2021") AS DOUBLE) / nullif(y."2021", 0), 2) AS var_pct_2022_2021,
    y."2021" - y."2020" AS var_2021_2020, round(CAST(100 * (y."2021" - y."2020") AS DOUBLE) / nullif(y."2020", 0), 2) AS var_pct_2021_2020,
    y."2020" - y."2019" AS var_2020_2019, round(CAST(100 * (y."2020" - y."2019") AS DOUBLE) / nullif(y."2019", 0), 2) AS var_pct_2020_2019
FROM yearly AS y LEFT JOIN label AS l USING (count_type)
