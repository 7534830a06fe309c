SELECT group_id, housing_geo_code, housing_id FROM app.groups_housing
