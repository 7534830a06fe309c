SELECT
    owner_id, housing_id, rank, start_date, end_date, origin, housing_geo_code, locprop_source, property_right,
    CASE WHEN locprop_relative_ban BETWEEN 0 AND 7 THEN locprop_relative_ban END AS locprop_relative_ban,
    CASE WHEN locprop_distance_ban >= 0 THEN locprop_distance_ban END AS locprop_distance_ban
FROM app.owners_housing
