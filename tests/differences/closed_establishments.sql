WITH closed AS (SELECT id, unnest(localities_geo_code) AS geo_code FROM production.establishments WHERE deleted_at IS NOT NULL)
SELECT
    count(*) FILTER (geo_code IN (SELECT geo_code FROM closed)) AS upstream,
    count(*) FILTER (list_has_any(establishment_ids_array, (SELECT list(DISTINCT id) FROM closed))) AS ours
FROM marts_production_housing
