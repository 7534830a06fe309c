SELECT 1 AS upstream, count(*) FILTER (month > current_date) AS ours FROM marts_stats_monthly_global
