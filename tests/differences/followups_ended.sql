-- Distinct dwellings of an establishment by year of an ending, in the years in which it sent a campaign: also what had ended before.
WITH sent AS (
    SELECT establishment_id, id, sent_at FROM production.campaigns WHERE sent_at IS NOT NULL
), ended AS (
    SELECT h.housing_id, e.created_at
    FROM production.events AS e
    JOIN production.housing_events AS h ON h.event_id = e.id
    LEFT JOIN production.users AS u ON u.id = e.created_by
    WHERE e.type = 'housing:status-updated' AND e.new_status IN ('Suivi terminé', 'Non-vacant', 'Sortie de la vacance')
        AND NOT coalesce(u.is_zlv_team, false)
)
SELECT
    (SELECT count(DISTINCT (sent.establishment_id, year(ended.created_at), ended.housing_id))
        FROM sent JOIN production.campaigns_housing AS l ON l.campaign_id = sent.id JOIN ended USING (housing_id)
        WHERE EXISTS (FROM sent AS same WHERE same.establishment_id = sent.establishment_id AND year(same.sent_at) = year(ended.created_at)))
        AS upstream,
    (SELECT sum(contacted_housing_followup_ended_2020 + contacted_housing_followup_ended_2021 + contacted_housing_followup_ended_2022
        + contacted_housing_followup_ended_2023 + contacted_housing_followup_ended_2024 + contacted_housing_followup_ended_2025
        + contacted_housing_followup_ended_2026) FROM marts_production_establishments) AS ours
