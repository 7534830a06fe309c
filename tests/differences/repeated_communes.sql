SELECT
    (SELECT sum(len(localities_geo_code)) FROM production.establishments) AS upstream,
    (SELECT count(*) FROM marts_production_join_establishment_cities) AS ours
