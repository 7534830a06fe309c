-- Dwellings of several establishments: a list without an order may come out another way at each build.
SELECT
    count(*) FILTER (len(establishment_ids_array) > 1) AS upstream,
    count(*) FILTER (establishment_ids_array <> list_sort(establishment_ids_array)) AS ours
FROM marts_production_housing
