SELECT
    count(*) FILTER (city_code NOT IN (SELECT geo_code FROM external.opah)) AS upstream,
    count(*) FILTER (opah IS NULL) AS ours
FROM marts_common_cities
