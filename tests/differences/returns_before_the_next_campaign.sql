SELECT 0 AS upstream, sum(return_count_36_months_before_next_campaign) AS ours FROM marts_production_campaigns
