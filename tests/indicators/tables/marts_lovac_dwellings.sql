WITH year AS (
    SELECT local_id, year, true AS ex, f.local_id IS NOT NULL AS fil FROM ex LEFT JOIN fil AS f USING (local_id, year)
), turn AS (
    -- It goes out after a year whose next year is without it, and comes back in a year before which it had gone.
    SELECT
        *,
        year < 2026 AND lead(year, 1, 9999) OVER life > year + 1 AS goes,
        lag(year, 1, 9999) OVER life < year - 1 AS comes,
        fil AND year < 2026 AND NOT coalesce(lead(year) OVER life = year + 1 AND lead(fil) OVER life, false) AS goes_fil,
        fil AND NOT coalesce(lag(year) OVER life = year - 1 AND lag(fil) OVER life, false) AS comes_fil
    FROM year WINDOW life AS (PARTITION BY local_id ORDER BY year)
), energy AS (
    SELECT local_id, upper(max(trim(energy_consumption_bdnb))) AS class FROM app.fast_housing GROUP BY 1
), place AS (
    -- A dwelling that had gone before its commune split lies where the Fichiers fonciers put it since.
    SELECT last.local_id, coalesce(since.commune, last.commune) AS commune
    FROM (SELECT local_id, arg_max(commune, year) AS commune, max(year) AS year FROM ex GROUP BY 1) AS last
    LEFT JOIN (
        SELECT local_id, arg_max(commune, year) AS commune, max(year) AS year FROM ff
        WHERE commune IN (SELECT padded("COM_FIN") FROM lake."external/insee/scissions") GROUP BY 1
    ) AS since ON since.local_id = last.local_id AND since.year > last.year
)
SELECT
    n.pseudonym AS local_id, c.today AS geo_code,
    min(year) AS ex_first_year, max(year) AS ex_last_year, count(*) AS ex_years_count, count(*) FILTER (goes) AS ex_exits_count,
    count(*) FILTER (comes) AS ex_returns_count, max(year) = 2026 AS ex_is_current,
    min(year) FILTER (fil) AS fil_first_year, max(year) FILTER (fil) AS fil_last_year, count(*) FILTER (fil) AS fil_years_count,
    count(*) FILTER (goes_fil) AS fil_exits_count, greatest(count(*) FILTER (comes_fil) - 1, 0) AS fil_returns_count,
    bool_or(fil AND year = 2026) AS fil_is_current,
    CASE WHEN any_value(e.class) IN ('A', 'B', 'C', 'D', 'E', 'F', 'G') THEN any_value(e.class) ELSE 'Inconnue' END AS energy_class
FROM turn AS t LEFT JOIN pseudonym AS n USING (local_id) LEFT JOIN energy AS e USING (local_id) LEFT JOIN place AS p USING (local_id) LEFT JOIN code AS c ON c.code = p.commune
GROUP BY n.pseudonym, c.today
