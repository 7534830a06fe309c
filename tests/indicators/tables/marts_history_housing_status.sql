SELECT
    m.territory_level, m.territory_code, t.territory_label, m.status, coalesce(s.label, 'Statut inconnu') AS status_label, m.occupancy, o.label AS occupancy_label,
    getvariable('day') AS known_on, 1 AS days_known, 0 AS days_missed
FROM (SELECT territory_level, territory_code, status, occupancy FROM marts_history_housing_status) AS m
LEFT JOIN territory AS t USING (territory_level, territory_code)
LEFT JOIN status_name AS s ON s.status = m.status LEFT JOIN occupancy_name AS o ON o.code = m.occupancy
