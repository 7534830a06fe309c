SELECT sum(count_housing) FILTER (count_vacant_premisses > 0) AS upstream, sum(count_housing) AS ours
FROM marts_common_morphology WHERE year = 2024
