-- Communes that the table of the urban units, from which today's names come, does not hold.
SELECT
    count(*) FILTER (city_code NOT IN (SELECT codgeo FROM external.unites_urbaines_2024 WHERE epci <> '')) AS upstream,
    count(*) FILTER (epci_code IS NULL) AS ours
FROM marts_common_cities
