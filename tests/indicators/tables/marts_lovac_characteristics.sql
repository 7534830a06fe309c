SELECT m.territory_level, m.territory_code, t.territory_label
FROM (SELECT territory_level, territory_code FROM marts_lovac_characteristics) AS m LEFT JOIN territory AS t USING (territory_level, territory_code)
