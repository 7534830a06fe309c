-- Communes, arrondissements apart, that no establishment with an account covers.
WITH covered AS (
    SELECT DISTINCT unnest(localities_geo_code) AS geo_code FROM production.establishments
    WHERE id IN (SELECT establishment_id FROM production.users WHERE deleted_at IS NULL)
)
SELECT
    count(*) FILTER (city_code NOT IN (SELECT geo_code FROM covered)) AS upstream,
    count(*) FILTER (inscrit_zlv_direct IS NULL) AS ours
FROM marts_common_cities WHERE city_code NOT IN ('75056', '13055', '69123')
