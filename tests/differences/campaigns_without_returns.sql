SELECT count(*) FILTER (return_count_36_months = 0) AS upstream, count(*) FILTER (return_count_36_months IS NULL) AS ours
FROM marts_production_campaigns
