SELECT count(*) AS upstream, count(*) FILTER (region_code IS NULL) AS ours FROM marts_common_cities
