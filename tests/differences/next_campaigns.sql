-- Campaigns that know the next one: today's only after an answer in 36 months.
SELECT
    count(*) FILTER (next_campaign_sent_at IS NOT NULL AND return_count_36_months > 0) AS upstream,
    count(*) FILTER (next_campaign_sent_at IS NOT NULL) AS ours
FROM marts_production_campaigns
