SELECT DISTINCT CAST(id AS VARCHAR) AS establishment_id, unnest(localities_geo_code) AS geo_code FROM app.establishments
