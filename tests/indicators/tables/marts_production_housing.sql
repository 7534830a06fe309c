WITH campaign AS (
    SELECT
        l.housing_geo_code,
        l.housing_id,
        min(c.created_at) AS first_campaign_created,
        max(c.created_at) AS last_campaign_created,
        min(c.sent_at) AS first_campaign_sent,
        max(c.sent_at) AS last_campaign_sent,
        count(DISTINCT c.id) FILTER (c.validated_at IS NOT NULL) AS total_validated,
        count(DISTINCT c.id) FILTER (c.confirmed_at IS NOT NULL) AS total_confirmed,
        count(DISTINCT c.id) FILTER (c.sent_at IS NOT NULL) AS total_sent
    FROM app.campaigns_housing AS l JOIN app.campaigns AS c ON c.id = l.campaign_id GROUP BY ALL
), grouped AS (
    SELECT
        l.housing_geo_code,
        l.housing_id,
        count(DISTINCT g.id) AS total_groups,
        min(g.created_at) AS first_group_created,
        max(g.created_at) AS last_group_created,
        min(g.exported_at) AS first_group_exported,
        max(g.exported_at) AS last_group_exported
    FROM app.groups_housing AS l JOIN app.groups AS g ON g.id = l.group_id GROUP BY ALL
), event AS (
    SELECT
        housing_geo_code,
        housing_id,
        arg_max(new_status, (created_at, id)) FILTER (status_changed AND type LIKE '%status%') AS last_event_status_followup,
        arg_max(new_status, (created_at, id)) FILTER (status_changed AND type LIKE '%status%' AND author = 'user') AS last_event_status_user_followup,
        max(created_at) FILTER (status_changed AND type LIKE '%status%') AS last_event_date_followup,
        max(created_at) FILTER (status_changed AND type LIKE '%status%' AND author = 'user') AS last_event_date_user_followup,
        max(created_at) FILTER (status_changed AND type LIKE '%status%' AND author = 'zlv') AS last_event_date_zlv_followup,
        arg_max(new_status, (created_at, id)) FILTER (status_changed AND type LIKE '%status%' AND author = 'zlv') AS last_event_status_zlv_followup,
        arg_max(new_occupancy, (created_at, id)) FILTER (occupancy_changed AND type LIKE '%occupancy%') AS occupancy,
        arg_max(new_occupancy, (created_at, id)) FILTER (occupancy_changed AND type LIKE '%occupancy%' AND author = 'user') AS user_occupancy,
        arg_max(new_occupancy, (created_at, id)) FILTER (occupancy_changed AND type LIKE '%occupancy%' AND author = 'zlv') AS zlv_occupancy,
        max(created_at) FILTER (occupancy_changed AND type LIKE '%occupancy%' AND author = 'zlv') AS last_event_date_zlv_occupancy,
        max(created_at) FILTER (occupancy_changed AND type LIKE '%occupancy%') AS last_event_date_occupancy,
        max(created_at) FILTER (occupancy_changed AND type LIKE '%occupancy%' AND author = 'user') AS last_event_date_user_occupancy
    FROM change GROUP BY ALL
)
SELECT
    CAST(h.id AS VARCHAR) AS housing_id,
    h.id, h.geo_code, h.cadastral_classification, h.uncomfortable, h.vacancy_start_year, h.housing_kind, h.rooms_count, h.living_area,
    h.building_year, h.mutation_date, h.taxed, h.data_years, h.beneficiary_count, h.rental_value, h.condominium,
    CASE WHEN h.status BETWEEN 0 AND 5 THEN h.status END AS status, h.sub_status,
    h.energy_consumption_bdnb, h.occupancy_source, h.occupancy, h.occupancy_intended, h.energy_consumption_at_bdnb, h.data_source,
    h.data_file_years, h.plot_area, h.last_mutation_date, h.last_transaction_date, h.last_transaction_value, h.occupancy_history,
    h.last_mutation_type, h.actual_dpe, h.geolocation_source,
    c.first_campaign_created, c.last_campaign_created, c.first_campaign_sent, c.last_campaign_sent,
    coalesce(c.total_validated, 0) AS total_validated, coalesce(c.total_confirmed, 0) AS total_confirmed, coalesce(c.total_sent, 0) AS total_sent,
    coalesce(g.total_groups, 0) AS total_groups, g.first_group_created, g.last_group_created, g.first_group_exported, g.last_group_exported,
    e.last_event_date_followup, e.last_event_date_user_followup, e.last_event_date_zlv_followup, e.last_event_date_occupancy,
    e.last_event_date_user_occupancy,
    CAST(e.last_event_status_followup AS VARCHAR) AS last_event_status_followup, a.label AS last_event_status_label_followup,
    CAST(e.last_event_status_user_followup AS VARCHAR) AS last_event_status_user_followup, b.label AS last_event_status_label_user_followup,
    CAST(e.last_event_status_zlv_followup AS VARCHAR) AS last_event_status_zlv_followup, d.label AS last_event_status_label_zlv_followup,
    o.label AS last_event_status_occupancy, o.label AS last_event_status_label_occupancy,
    p.label AS last_event_status_user_occupancy, p.label AS last_event_status_label_user_occupancy,
    q.label AS last_event_status_zlv_occupancy, q.label AS last_event_status_label_zlv_occupancy, e.last_event_date_zlv_occupancy,
    s.establishment_ids,
    coalesce(z.label, k.name) AS label,
    coalesce(h.energy_consumption_bdnb IN ('F', 'G'), false) AS energy_sieve,
    coalesce(upper(trim(coalesce(nullif(trim(h.actual_dpe), ''), h.energy_consumption_bdnb))) IN ('F', 'G'), false) AS energy_sieve_best_known,
    coalesce(z.action_coeur_de_ville, false) AS is_in_action_coeur_de_ville_teritory,
    coalesce(z.action_coeur_de_ville_1, false) AS is_in_action_coeur_de_ville_1_teritory,
    coalesce(z.village_davenir, false) AS is_in_village_davenir_teritory, coalesce(z.tlv2, false) AS is_in_tlv2_teritory
FROM app.fast_housing AS h
LEFT JOIN campaign AS c ON c.housing_id = h.id AND c.housing_geo_code = h.geo_code
LEFT JOIN grouped AS g ON g.housing_id = h.id AND g.housing_geo_code = h.geo_code
LEFT JOIN event AS e ON e.housing_id = h.id AND e.housing_geo_code = h.geo_code
LEFT JOIN status_name AS a ON a.status = e.last_event_status_followup
LEFT JOIN status_name AS b ON b.status = e.last_event_status_user_followup
LEFT JOIN cities_zonage_2024 AS z ON z.city_code = city_of(h.geo_code)
LEFT JOIN code AS k ON k.code = city_of(h.geo_code)
LEFT JOIN status_name AS d ON d.status = e.last_event_status_zlv_followup
LEFT JOIN occupancy_name AS o ON o.words = e.occupancy
LEFT JOIN occupancy_name AS p ON p.words = e.user_occupancy
LEFT JOIN occupancy_name AS q ON q.words = e.zlv_occupancy
LEFT JOIN (
    SELECT geo_code, string_agg(CAST(id AS VARCHAR), ' | ' ORDER BY id) AS establishment_ids
    FROM (SELECT DISTINCT id, unnest(localities_geo_code) AS geo_code FROM app.establishments WHERE deleted_at IS NULL) GROUP BY 1
) AS s ON s.geo_code = h.geo_code
