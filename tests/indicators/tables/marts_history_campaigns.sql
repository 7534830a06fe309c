SELECT
    c.establishment_id,
    count(DISTINCT c.id) AS count_campaigns,
    count(DISTINCT c.id) FILTER (c.validated_at IS NOT NULL) AS count_campaigns_validated,
    count(DISTINCT c.id) FILTER (c.confirmed_at IS NOT NULL) AS count_campaigns_confirmed,
    count(l.housing_id) AS housing_number_in_campaigns,
    getvariable('day') AS known_on,
    1 AS days_known,
    0 AS days_missed
FROM app.campaigns AS c LEFT JOIN app.campaigns_housing AS l ON l.campaign_id = c.id
GROUP BY 1
