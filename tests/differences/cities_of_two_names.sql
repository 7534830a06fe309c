SELECT
    (SELECT count(*) FROM (SELECT com FROM external.cog_communes_2024 GROUP BY com HAVING count(*) > 1)) AS upstream,
    (SELECT count(*) FROM (SELECT city_code FROM marts_common_cities GROUP BY city_code HAVING count(*) > 1)) AS ours
