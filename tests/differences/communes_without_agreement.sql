SELECT
    count(*) FILTER (city_code NOT IN (SELECT code_commune FROM external.ort)) AS upstream,
    count(*) FILTER (ort_signed IS NULL) AS ours
FROM marts_common_cities
