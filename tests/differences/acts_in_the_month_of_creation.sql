-- Sent campaigns that are counted in another month than that of their sending.
SELECT
    (SELECT count(*) FROM production.campaigns WHERE date_trunc('month', sent_at) <> date_trunc('month', created_at)) AS upstream,
    (SELECT abs(sum(total_campaigns_sent) - (SELECT count(sent_at) FROM production.campaigns)) FROM marts_stats_monthly_global) AS ours
