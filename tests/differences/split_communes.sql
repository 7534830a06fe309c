WITH split AS (
    SELECT annee_modif AS year, lpad(com_ini, 5, '0') AS geo_code, count(*) AS destinations FROM external.scissions GROUP BY ALL
)
SELECT sum(m.count_vacant_premisses * split.destinations) AS upstream, sum(m.count_vacant_premisses) AS ours
FROM marts_common_morphology AS m JOIN split USING (year, geo_code)
