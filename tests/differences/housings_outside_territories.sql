SELECT
    count(*) FILTER (geo_code NOT IN (SELECT unnest(localities_geo_code) FROM production.establishments)) AS upstream,
    count(*) FILTER (is_on_user_teritory IS NULL) AS ours
FROM marts_production_housing
