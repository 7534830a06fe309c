SELECT count(*) AS upstream, count(*) FILTER (dep_code IS NULL OR region_code IS NULL) AS ours
FROM marts_common_morphology WHERE geo_code LIKE '97%'
