-- Communes of several kinds of programme: a list without an order may come out another way at each build.
SELECT
    count(*) FILTER (type_opah LIKE '%,%') AS upstream,
    count(*) FILTER (type_opah <> array_to_string(list_sort(string_split(type_opah, ',')), ',')) AS ours
FROM marts_common_cities
