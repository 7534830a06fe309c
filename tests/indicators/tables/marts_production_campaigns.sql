WITH sent AS (
    SELECT
        id,
        lead(sent_at) OVER (PARTITION BY establishment_id ORDER BY sent_at, id) AS next_sent_at
    FROM app.campaigns WHERE sent_at IS NOT NULL
), answered AS (
    SELECT
        c.id,
        min(e.created_at) FILTER (e.status_changed OR e.occupancy_changed) AS first_event_global_date,
        max(e.created_at) FILTER (e.status_changed OR e.occupancy_changed) AS last_event_global_date,
        min(e.created_at) FILTER (e.type LIKE '%status%') AS first_event_followup_date,
        max(e.created_at) FILTER (e.type LIKE '%status%') AS last_event_followup_date
    FROM app.campaigns AS c
    JOIN app.campaigns_housing AS l ON l.campaign_id = c.id
    JOIN change AS e ON e.housing_id = l.housing_id AND e.housing_geo_code = l.housing_geo_code AND e.author = 'user'
        AND e.created_at BETWEEN c.sent_at AND c.sent_at + INTERVAL 36 MONTH
    GROUP BY 1
), owned AS (
    -- What users wrote of an owner of a dwelling of the campaign.
    SELECT c.id, min(e.created_at) AS first_event_ownership_date, max(e.created_at) AS last_event_ownership_date
    FROM app.campaigns AS c
    JOIN app.campaigns_housing AS l ON l.campaign_id = c.id
    JOIN app.owners_housing AS o ON o.housing_id = l.housing_id AND o.housing_geo_code = l.housing_geo_code AND o.rank > 0
    JOIN app.owner_events AS x ON x.owner_id = o.owner_id
    JOIN app.events AS e ON e.id = x.event_id AND e.created_at BETWEEN c.sent_at AND c.sent_at + INTERVAL 36 MONTH
    JOIN app.users AS u ON u.id = e.created_by AND u.email NOT ILIKE '%beta.gouv.fr'
    GROUP BY 1
)
SELECT
    CAST(c.id AS VARCHAR) AS campaign_id,
    c.id, c.campaign_number_deprecated, c.start_month_deprecated, c.reminder_number_deprecated, c.created_at, c.validated_at, c.exported_at,
    c.sent_at, c.establishment_id, c.recovery_id, c.kind_deprecated, c.archived_at, c.confirmed_at, c.group_id, c.status, c.return_count,
    c.housing_count, c.owner_count, c.return_rate,
    date_diff('day', CAST(c.created_at AS DATE), getvariable('day')) <= 30 AS is_creation_lt_30_days,
    CASE WHEN c.sent_at IS NOT NULL THEN coalesce(s.next_sent_at <= c.sent_at + INTERVAL 3 MONTH, false) END AS has_next_campaign_in_3_months,
    CASE WHEN c.sent_at IS NOT NULL THEN coalesce(s.next_sent_at <= c.sent_at + INTERVAL 6 MONTH, false) END AS has_next_campaign_in_6_months,
    CASE WHEN c.sent_at IS NOT NULL THEN coalesce(s.next_sent_at <= c.sent_at + INTERVAL 9 MONTH, false) END AS has_next_campaign_in_9_months,
    s.next_sent_at AS next_campaign_sent_at, s.next_sent_at - c.sent_at AS time_to_next_campaign,
    a.first_event_global_date, a.last_event_global_date, a.first_event_followup_date, a.last_event_followup_date,
    w.first_event_ownership_date, w.last_event_ownership_date
FROM app.campaigns AS c LEFT JOIN sent AS s ON s.id = c.id LEFT JOIN answered AS a ON a.id = c.id LEFT JOIN owned AS w ON w.id = c.id
