-- Campaigns that were sent and to which nobody answered.
SELECT count(*) FILTER (return_count_36_months = 0) AS upstream,
    count(*) FILTER (return_count_36_months IS NULL AND sent_at IS NOT NULL) AS ours
FROM marts_production_campaigns
