SELECT
    count(*) FILTER (NOT EXISTS (FROM production.campaigns_housing AS c WHERE c.housing_id = h.id AND c.housing_geo_code = h.geo_code))
        AS upstream,
    count(*) FILTER (total_sent IS NULL) AS ours
FROM marts_production_housing AS h
