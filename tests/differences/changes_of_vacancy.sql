-- Of each establishment: the sum over its communes, a commune that split as often as it has destinations.
WITH repeated AS (
    SELECT annee_modif AS year, lpad(com_ini, 5, '0') AS geo_code, count(*) AS destinations FROM external.scissions GROUP BY ALL
), counted AS (
    SELECT c.establishment_id, m.year, sum(m.count_vacant_housing_private_fil_ccthp * coalesce(r.destinations, 1)) AS housing_count
    FROM marts_production_join_establishment_cities AS c
    JOIN marts_common_morphology AS m USING (geo_code)
    LEFT JOIN repeated AS r ON r.year = m.year AND r.geo_code = m.geo_code
    WHERE m.year IN (2024, 2025) GROUP BY ALL
)
SELECT
    (SELECT sum(CASE year WHEN 2025 THEN housing_count ELSE -housing_count END) FROM counted) AS upstream,
    (SELECT sum(housing_vacant_evolution_24_25) FROM marts_public_establishments_morphology_catagorized) AS ours
