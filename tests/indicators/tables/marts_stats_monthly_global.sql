WITH months AS (SELECT month FROM marts_stats_monthly_global)
SELECT
    month,
    (SELECT count(*) FROM app.campaigns WHERE created_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_created,
    (SELECT count(*) FROM app.campaigns WHERE validated_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_validated,
    (SELECT count(*) FROM app.campaigns WHERE confirmed_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_confirmed
FROM months
