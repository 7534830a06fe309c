SELECT campaign_id, housing_geo_code, housing_id FROM app.campaigns_housing
