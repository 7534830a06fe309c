SELECT
    owner_id, housing_id, rank, start_date, end_date, origin, housing_geo_code, locprop_source, property_right,
    locprop_relative_ban, locprop_distance_ban
FROM app.owners_housing
