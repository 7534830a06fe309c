WITH months AS (SELECT month FROM marts_stats_monthly_global),
first AS (
    SELECT establishment_id, min(activated_at) AS activated_at, count(*) AS accounts FROM app.users
    WHERE deleted_at IS NULL AND establishment_id IS NOT NULL GROUP BY 1
)
SELECT
    month,
    (SELECT count(*) FROM app.campaigns WHERE created_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_created,
    (SELECT count(*) FROM app.campaigns WHERE validated_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_validated,
    (SELECT count(*) FROM app.campaigns WHERE confirmed_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_confirmed,
    (SELECT count(*) FROM app.campaigns WHERE sent_at < month + INTERVAL 1 MONTH) AS cumulative_campaigns_sent,
    (SELECT count(*) FROM first WHERE activated_at < month + INTERVAL 1 MONTH) AS cumulative_created_establishments,
    (SELECT coalesce(sum(accounts), 0) FROM first WHERE activated_at < month + INTERVAL 1 MONTH)
        AS cumulative_created_establishments_accounts,
    (SELECT count(*) FROM app.users WHERE deleted_at IS NULL AND activated_at < month + INTERVAL 1 MONTH) AS cumulative_created_users
FROM months
