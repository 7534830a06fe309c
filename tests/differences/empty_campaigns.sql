-- A campaign that was sent without a dwelling is one row of the join, and counts as one dwelling.
SELECT
    (SELECT count(*) FROM production.campaigns
        WHERE sent_at IS NOT NULL AND id NOT IN (SELECT campaign_id FROM production.campaigns_housing)) AS upstream,
    0 AS ours
