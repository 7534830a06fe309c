SELECT
    count(*) FILTER (id NOT IN (SELECT campaign_id FROM production.campaigns_housing)) AS upstream,
    count(*) FILTER (housing_number_in_campaign IS NULL) AS ours
FROM marts_production_campaigns
