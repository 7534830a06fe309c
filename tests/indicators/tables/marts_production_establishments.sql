WITH person AS (
    SELECT
        establishment_id,
        count(*) AS user_number,
        min(activated_at) AS first_activated_at,
        max(activated_at) AS last_activated_at,
        max(last_authenticated_at) AS last_authenticated_at
    FROM app.users WHERE deleted_at IS NULL GROUP BY 1
), campaign AS (
    SELECT
        establishment_id,
        count(*) FILTER (exported_at IS NOT NULL) AS total_exported_campaigns,
        min(created_at) AS first_campaign_created,
        max(created_at) AS last_campaign_created,
        count(*) AS total_campaigns,
        count(sent_at) AS total_sent_campaigns,
        max(CAST(sent_at IS NULL AND CAST(created_at AS DATE) >= getvariable('day') - 30 AS INTEGER)) AS is_creation_lt_30_days,
        max(CAST(sent_at IS NULL AND CAST(created_at AS DATE) < getvariable('day') - 30 AS INTEGER)) AS is_creation_gt_30_days
    FROM app.campaigns GROUP BY 1
), grouped AS (
    SELECT
        establishment_id,
        count(*) AS total_groups,
        count(exported_at) AS total_exported_groups,
        min(created_at) AS first_group_created,
        max(created_at) AS last_group_created
    FROM app.groups GROUP BY 1
), perimeter AS (
    SELECT
        establishment_id,
        count(*) AS total_shapes,
        count(DISTINCT name) AS total_perimeters,
        count(DISTINCT kind) AS total_kinds
    FROM app.geo_perimeters WHERE created_by IS NOT NULL GROUP BY 1
), contact AS (
    SELECT
        c.establishment_id,
        year(c.sent_at) AS sent,
        count(*) AS housings,
        count(DISTINCT (l.housing_geo_code, l.housing_id)) AS different
    FROM app.campaigns AS c JOIN app.campaigns_housing AS l ON l.campaign_id = c.id GROUP BY ALL
), contacted AS (
    PIVOT contact ON sent IN (2020, 2021, 2022, 2023, 2024, 2025, 2026) USING sum(housings) AS housings, sum(different) AS different
    GROUP BY establishment_id
), event AS (
    SELECT
        establishment_id,
        arg_max(new_status, (created_at, id)) FILTER (status_changed AND type LIKE '%status%') AS status,
        max(created_at) FILTER (status_changed AND type LIKE '%status%') AS last_event_date_user_followup,
        max(created_at) FILTER (occupancy_changed AND type LIKE '%occupancy%') AS last_event_date_user_occupancy,
        arg_max({'sub_status': sub_status}, (created_at, id)) FILTER (status_changed AND type LIKE '%status%') AS followup,
        arg_max(occupancy, (created_at, id)) FILTER (occupancy_changed AND type LIKE '%occupancy%') AS last_event_occupancy_user_occupancy
    FROM (SELECT c.*, e.next_new ->> 'occupancy' AS occupancy, e.next_new ->> 'subStatus' AS sub_status FROM change AS c JOIN app.events AS e ON e.id = c.id WHERE c.author = 'user')
    GROUP BY 1
)
SELECT
    e.id, e.name, e.available, e.localities_geo_code, nullif(e.kind, '') AS kind, e.updated_at, e.source, e.suspended_at, e.deleted_at, e.siret, e.millesime,
    e.kind_admin_meta, e.layer_geo_label, e.dep_name, e.reg_name, e.kind_admin, e.dep_code, e.reg_code,
    coalesce(p.user_number, 0) AS user_number, p.first_activated_at, p.last_activated_at, p.last_authenticated_at,
    coalesce(c.total_exported_campaigns, 0) AS total_exported_campaigns, c.first_campaign_created, c.last_campaign_created,
    g.first_group_created, g.last_group_created,
    coalesce(s.total_shapes, 0) AS total_shapes, coalesce(s.total_shapes > 0, false) AS has_perimeters,
    coalesce(s.total_perimeters, 0) AS total_perimeters, coalesce(s.total_kinds, 0) AS total_kinds,
    coalesce(y."2020_housings", 0) AS contacted_housing_2020, coalesce(y."2020_different", 0) AS contacts_number_2020, coalesce(y."2021_housings", 0) AS contacted_housing_2021, coalesce(y."2021_different", 0) AS contacts_number_2021,
    coalesce(y."2022_housings", 0) AS contacted_housing_2022, coalesce(y."2022_different", 0) AS contacts_number_2022, coalesce(y."2023_housings", 0) AS contacted_housing_2023, coalesce(y."2023_different", 0) AS contacts_number_2023,
    coalesce(y."2024_housings", 0) AS contacted_housing_2024, coalesce(y."2024_different", 0) AS contacts_number_2024, coalesce(y."2025_housings", 0) AS contacted_housing_2025, coalesce(y."2025_different", 0) AS contacts_number_2025,
    coalesce(y."2026_housings", 0) AS contacted_housing_2026, coalesce(y."2026_different", 0) AS contacts_number_2026,
    v.last_event_date_user_followup, v.last_event_date_user_occupancy, v.last_event_occupancy_user_occupancy,
    b.label AS last_event_status_label_user_followup, v.followup.sub_status AS last_event_sub_status_label_user_followup, coalesce(c.is_creation_lt_30_days, 0) AS is_creation_lt_30_days,
    coalesce(c.is_creation_gt_30_days, 0) AS is_creation_gt_30_days, p.establishment_id IS NOT NULL AS is_active,
    c.establishment_id IS NOT NULL AS has_campaigns, coalesce(c.total_campaigns, 0) AS total_campaigns,
    coalesce(c.total_sent_campaigns, 0) AS total_sent_campaigns, g.establishment_id IS NOT NULL AS has_groups,
    coalesce(g.total_groups, 0) AS total_groups, coalesce(g.total_exported_groups, 0) AS total_exported_groups
FROM app.establishments AS e
LEFT JOIN person AS p ON p.establishment_id = e.id
LEFT JOIN campaign AS c ON c.establishment_id = e.id
LEFT JOIN grouped AS g ON g.establishment_id = e.id
LEFT JOIN perimeter AS s ON s.establishment_id = e.id
LEFT JOIN contacted AS y ON y.establishment_id = e.id
LEFT JOIN event AS v ON v.establishment_id = e.id
LEFT JOIN status_name AS b ON b.status = v.status
