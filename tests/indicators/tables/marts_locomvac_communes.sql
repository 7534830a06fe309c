WITH stock AS (SELECT year, commune, count(*) AS premises FROM ff WHERE dteloc = '4' GROUP BY ALL),
counted AS (
    SELECT year, commune, part.name AS part, part.value, count(*) AS premises
    FROM locomvac AS l, (VALUES ('total', 'total'), ('family', l.family), ('owner', l.owner)) AS part (name, value)
    GROUP BY ALL
), judged AS (
    SELECT year, commune, value, CASE WHEN hidden THEN 0 ELSE premises END AS told, hidden
    FROM (
        -- Fewer than eleven, and whatever those that are smaller would tell.
        SELECT *, premises < 11 OR coalesce((
            SELECT sum(smaller.premises) FROM counted AS smaller
            WHERE (smaller.year, smaller.commune, smaller.part) = (c.year, c.commune, c.part)
            AND (smaller.premises, smaller.value) < (c.premises, c.value)
        ) < 11, false) AS hidden FROM counted AS c
    )
), told AS (
    PIVOT judged ON value IN ('total', 'MAG', 'BUR', 'DEP', 'ATE', 'HOT', 'other', 'legal', 'natural', 'unknown')
    USING max(told) GROUP BY year, commune
), secret AS (SELECT year, commune, bool_or(hidden) AS secret FROM judged GROUP BY ALL)
SELECT
    l.year, l.commune AS geo_code, c.name AS city_label, l.department AS dep_code, d.code_region AS region_code, c.epci_siren,
    nullif(t.total, 0) AS count_vacant_premises,
    CASE WHEN t.total > 0 THEN CASE t."MAG" WHEN 0 THEN NULL ELSE coalesce(t."MAG", 0) END END AS count_mag,
    CASE WHEN t.total > 0 THEN CASE t."BUR" WHEN 0 THEN NULL ELSE coalesce(t."BUR", 0) END END AS count_bur,
    CASE WHEN t.total > 0 THEN CASE t."DEP" WHEN 0 THEN NULL ELSE coalesce(t."DEP", 0) END END AS count_dep,
    CASE WHEN t.total > 0 THEN CASE t."ATE" WHEN 0 THEN NULL ELSE coalesce(t."ATE", 0) END END AS count_ate,
    CASE WHEN t.total > 0 THEN CASE t."HOT" WHEN 0 THEN NULL ELSE coalesce(t."HOT", 0) END END AS count_hot,
    CASE WHEN t.total > 0 THEN CASE t.other WHEN 0 THEN NULL ELSE coalesce(t.other, 0) END END AS count_other,
    CASE WHEN t.total > 0 THEN CASE t.legal WHEN 0 THEN NULL ELSE coalesce(t.legal, 0) END END AS count_legal_owner,
    CASE WHEN t.total > 0 THEN CASE t.natural WHEN 0 THEN NULL ELSE coalesce(t.natural, 0) END END AS count_natural_owner,
    CASE WHEN t.total > 0 THEN CASE t.unknown WHEN 0 THEN NULL ELSE coalesce(t.unknown, 0) END END AS count_unknown_owner,
    coalesce(s.premises, 0) AS count_commercial_premises,
    nullif(t.total, 0) / s.premises AS vacancy_rate,
    x.secret AS secret_statistique
FROM (SELECT DISTINCT year, commune, department FROM locomvac) AS l
LEFT JOIN code AS c ON c.code = l.commune
LEFT JOIN lake."external/insee/departements_france" AS d ON d.code_departement = l.department
LEFT JOIN stock AS s ON s.year = l.year AND s.commune = l.commune
LEFT JOIN told AS t ON t.year = l.year AND t.commune = l.commune
LEFT JOIN secret AS x ON x.year = l.year AND x.commune = l.commune
