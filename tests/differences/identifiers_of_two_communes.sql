-- Eight joins by the identifier alone, six of them of the last changes, give each of its k dwellings k lines a time.
WITH shared AS (SELECT id, count(*) AS k FROM production.housing GROUP BY id HAVING count(*) > 1)
SELECT
    (SELECT sum(power(k, 9)) FROM shared) AS upstream,
    (SELECT count(*) FROM marts_production_housing JOIN shared USING (id)) AS ours
