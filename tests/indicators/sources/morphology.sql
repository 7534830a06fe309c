-- Stock and vacancy of a year and commune, of LOVAC, of the Fichiers fonciers and of the application.
CREATE TABLE morphology AS
WITH dwelling AS (
    -- One line gives its place and areas; a dwelling is what one of its lines says.
    SELECT
        year,
        commune,
        CAST(bool_or(dwelling) OVER lines AS INTEGER) AS count_vacant_housing,
        CAST(bool_or(private) OVER lines AS INTEGER) AS count_vacant_housing_private,
        CAST(bool_or(private AND long_term) OVER lines AS INTEGER) AS count_vacant_housing_private_fil,
        CAST(bool_or(private AND long_term AND vacant_in_ff) OVER lines AS INTEGER) AS count_vacant_housing_private_fil_ccthp,
        CAST(bool_or(private AND long_term AND (year >= 2025 OR vacant_in_ff)) OVER lines AS INTEGER) AS count_vacant_housing_private_fil_public,
        CASE WHEN bool_or(private AND long_term AND vacant_in_ff) OVER lines THEN CAST(area AS DECIMAL(18, 3)) END
            AS sum_living_area_vacant_housing_private_fil_ccthp,
        CASE WHEN bool_or(private AND long_term AND vacant_in_ff) OVER lines THEN CAST(plot_area AS DECIMAL(18, 3)) END
            AS sum_plot_area_vacant_housing_private_fil_ccthp
    FROM lovac
    WINDOW lines AS (PARTITION BY year, dwelling_id)
    QUALIFY row_number() OVER (PARTITION BY year, dwelling_id ORDER BY vacant_since DESC NULLS LAST, line) = 1
), followed AS (
    SELECT
        CAST(tag[7:] AS INTEGER) AS year,
        geo_code AS commune,
        1 AS count_housing_tagged_lovac_production,
        1 AS count_housing_last_lovac_production,
        CAST('ff-2024-locatif' = ANY (data_file_years) AS INTEGER) AS count_housing_last_ff_production,
        CAST(occupancy = 'L' AS INTEGER) AS count_housing_rented_production,
        CAST(occupancy = 'V' AS INTEGER) AS count_housing_vacant_production,
        CAST(upper(trim(energy_consumption_bdnb)) IN ('F', 'G') AS INTEGER)
            AS count_housing_energy_sieve_production
    FROM (SELECT *, unnest(list_distinct(data_file_years)) AS tag FROM app.fast_housing) WHERE tag LIKE 'lovac-%'
), part AS (
    SELECT year, commune, 1 AS count_vacant_premisses FROM lovac
    UNION ALL BY NAME FROM dwelling
    UNION ALL BY NAME FROM followed
    UNION ALL BY NAME
    SELECT
        year,
        commune,
        CAST(dteloc IN ('1', '2') AS INTEGER) AS count_housing,
        CAST(dteloc IN ('1', '2') AND NOT public AS INTEGER) AS count_housing_private,
        CAST(dteloc IN ('1', '2') AND NOT public AND occupancy = 'L' AS INTEGER) AS count_housing_private_rented
    FROM ff
), summed AS (
    SELECT year, commune, coalesce(sum(COLUMNS(* EXCLUDE (year, commune))), 0) FROM part WHERE year BETWEEN 2019 AND 2026 GROUP BY ALL
)
-- What the application holds of the last LOVAC is of that year only, and areas of land are written since 2023.
SELECT * REPLACE (
    CASE WHEN year = 2026 THEN count_housing_last_lovac_production END AS count_housing_last_lovac_production,
    CASE WHEN year = 2026 THEN count_housing_last_ff_production END AS count_housing_last_ff_production,
    CASE WHEN year = 2026 THEN count_housing_rented_production END AS count_housing_rented_production,
    CASE WHEN year = 2026 THEN count_housing_vacant_production END AS count_housing_vacant_production,
    CASE WHEN year = 2026 THEN count_housing_energy_sieve_production END AS count_housing_energy_sieve_production,
    CASE WHEN year >= 2023 THEN sum_plot_area_vacant_housing_private_fil_ccthp END AS sum_plot_area_vacant_housing_private_fil_ccthp
) FROM summed;

-- The same of an establishment: the sum of its communes.
CREATE TABLE morphology_of_establishment AS
SELECT e.establishment_id, m.year, sum(COLUMNS(m.* EXCLUDE (year, commune)))
FROM (SELECT DISTINCT CAST(id AS VARCHAR) AS establishment_id, unnest(localities_geo_code) AS commune FROM app.establishments) AS e
JOIN morphology AS m USING (commune)
GROUP BY ALL;
