WITH stock AS (SELECT year, commune, count(*) AS premises FROM ff WHERE dteloc = '4' GROUP BY ALL)
SELECT
    l.year, l.commune AS geo_code, l.department AS dep_code, d.code_region AS region_code,
    coalesce(s.premises, 0) AS count_commercial_premises
FROM (SELECT DISTINCT year, commune, department FROM locomvac) AS l
LEFT JOIN lake."external/insee/departements_france" AS d ON d.code_departement = l.department
LEFT JOIN stock AS s ON s.year = l.year AND s.commune = l.commune
