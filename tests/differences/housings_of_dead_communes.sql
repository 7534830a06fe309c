SELECT
    (SELECT count(*) FROM production.housing AS h
        WHERE h.geo_code IN (SELECT com FROM external.cog_communes_2024 WHERE typecom IN ('COM', 'ARM'))) AS upstream,
    (SELECT count(*) FROM marts_production_housing) AS ours
