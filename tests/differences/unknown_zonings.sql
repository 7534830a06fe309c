-- Communes that the list of programmes does not name.
SELECT
    count(*) FILTER (city_code NOT IN (SELECT insee_com FROM external.zonage_anct_2023)) AS upstream,
    count(*) FILTER (action_coeur_de_ville IS NULL) AS ours
FROM marts_common_cities
