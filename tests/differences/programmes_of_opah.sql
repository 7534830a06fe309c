SELECT count(*) FILTER (c.opah > 2) AS upstream, count(*) FILTER (h.is_in_opah_teritory) AS ours
FROM marts_production_housing AS h JOIN marts_common_cities AS c USING (city_code)
