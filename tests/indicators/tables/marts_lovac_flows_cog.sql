SELECT m.geo_code, m.year, m.filter, c.name AS city_label, c.today AS current_geo_code, count(x.local_id) AS stock_count
FROM (SELECT DISTINCT geo_code, year, filter FROM marts_lovac_flows_cog) AS m
LEFT JOIN code AS c ON c.code = m.geo_code
LEFT JOIN (SELECT *, 'ex' AS filter FROM ex UNION ALL BY NAME SELECT year, local_id, commune, 'fil' AS filter FROM fil) AS x
    ON x.commune = m.geo_code AND x.year = m.year AND x.filter = m.filter
GROUP BY ALL
