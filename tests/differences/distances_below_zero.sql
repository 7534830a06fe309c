SELECT
    (SELECT count(*) FROM production.owners_housing WHERE locprop_distance_ban < 0 OR locprop_relative_ban NOT BETWEEN 0 AND 7) AS upstream,
    (SELECT count(*) FROM marts_production_join_owner_housing WHERE locprop_distance_ban < 0 OR locprop_relative_ban NOT BETWEEN 0 AND 7) AS ours
