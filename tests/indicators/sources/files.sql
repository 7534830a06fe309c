-- The files of the lake under short names, typed and nothing more: what the second readings say FROM.

CREATE MACRO commune_code(department, number) AS CASE
    WHEN length(department) = 3 THEN department || right('00' || number, 2)
    ELSE upper(right('00' || department, 2)) || right('000' || number, 3)
END;
CREATE MACRO department_of(code) AS CASE WHEN code LIKE '97%' THEN left(code, 3) ELSE left(code, 2) END;
CREATE MACRO city_of(code) AS CASE
    WHEN code BETWEEN '75101' AND '75120' THEN '75056'
    WHEN code BETWEEN '69381' AND '69389' THEN '69123'
    WHEN code BETWEEN '13201' AND '13216' THEN '13055'
    ELSE code
END;
CREATE MACRO padded(code) AS right('0' || code, 5);
CREATE MACRO words(label) AS trim(regexp_replace(lower(strip_accents(label)), '[^a-z]+', ' ', 'g'));

-- One row per line of LOVAC: `private` is a dwelling whose owner is neither public nor social (groups 1 to 6 and 9).
CREATE TABLE lovac AS
WITH lines AS (
    FROM lake."lovac/2019/raw" UNION ALL BY NAME FROM lake."lovac/2020/raw" UNION ALL BY NAME FROM lake."lovac/2021/raw"
    UNION ALL BY NAME FROM lake."lovac/2022/raw" UNION ALL BY NAME FROM lake."lovac/2023/raw" UNION ALL BY NAME FROM lake."lovac/2024/raw"
    UNION ALL BY NAME FROM lake."lovac/2025/raw" UNION ALL BY NAME FROM lake."lovac/2026/raw"
), typed AS (
    SELECT
        CAST(CAST(annee AS DOUBLE) AS INTEGER) AS year,
        row_number() OVER () AS line,
        ff_idlocal AS local_id,
        commune_code(trim(ccodep), trim(commune)) AS commune,
        aff = 'H' AND nature IN ('APPART', 'MAISON') AS dwelling,
        coalesce(TRY_CAST(TRY_CAST(groupe AS DOUBLE) AS INTEGER) IN (1, 2, 3, 4, 5, 6, 9), false) AS public,
        TRY_CAST(TRY_CAST(debutvacance AS DOUBLE) AS INTEGER) AS vacant_since,
        coalesce(ff_ccthp = 'V', false) AS vacant_in_ff,
        nature,
        TRY_CAST(ff_stoth AS DOUBLE) AS area,
        TRY_CAST(ff_dcntpa AS DOUBLE) AS plot_area,
        TRY_CAST(ff_jannath AS INTEGER) AS built,
        coalesce(ff_catpro3_1, ff_catpro3) AS category
    FROM lines
)
SELECT
    *,
    dwelling AND NOT public AS private,
    coalesce(vacant_since < year - 2, false) AS long_term,
    coalesce(local_id, 'line ' || line) AS dwelling_id
FROM typed;

-- The filters of the flows: known to the Fichiers fonciers, private and, until 2024, vacant there too.
CREATE TABLE ex AS
SELECT year, local_id, arg_max(commune, (coalesce(vacant_since, 0), line)) AS commune
FROM lovac WHERE local_id IS NOT NULL AND private AND (year >= 2025 OR vacant_in_ff) GROUP BY ALL;

-- Of these, the dwellings of which one line at least says that they have been vacant for more than two years.
CREATE TABLE fil AS
SELECT year, local_id, arg_min(commune, (vacant_since, line)) AS commune
FROM lovac WHERE local_id IS NOT NULL AND private AND (year >= 2025 OR vacant_in_ff) AND long_term GROUP BY ALL;

-- The line that speaks for a dwelling of `ex`: of a long vacancy that of the smallest start year, else the latest one.
CREATE VIEW ex_line AS
SELECT l.* FROM lovac AS l LEFT JOIN fil AS f USING (local_id, year)
WHERE local_id IS NOT NULL AND private AND (year >= 2025 OR vacant_in_ff)
QUALIFY row_number() OVER (
    PARTITION BY year, local_id
    ORDER BY CASE WHEN f.local_id IS NOT NULL THEN vacant_since END, vacant_since DESC NULLS LAST, line
) = 1;

-- The stock of dwellings and business premises, year by year; the extract of 2025 serves 2025 and 2026.
CREATE TABLE ff AS
WITH files AS (
    SELECT 2019 AS year, * FROM lake."cerema/ff/2019/raw" UNION ALL BY NAME SELECT 2020 AS year, * FROM lake."cerema/ff/2020/raw"
    UNION ALL BY NAME SELECT 2021 AS year, * FROM lake."cerema/ff/2021/raw" UNION ALL BY NAME SELECT 2022 AS year, * FROM lake."cerema/ff/2022/raw"
    UNION ALL BY NAME SELECT 2023 AS year, * FROM lake."cerema/ff/2023/raw" UNION ALL BY NAME SELECT 2024 AS year, * FROM lake."cerema/ff/2024/raw"
)
SELECT
    year,
    idlocal AS local_id,
    idcom AS commune,
    dteloc,
    ccthp AS occupancy,
    catpro3 AS category,
    -- families of models.md: P state and authorities, F social landlords but for the private F6 and F7b, d, e, f
    coalesce(regexp_matches(catpro3, '^(P[1-6]|F[1245]|F7[acg])'), false) AS public,
    TRY_CAST(stoth AS DOUBLE) AS area,
    TRY_CAST(jannath AS INTEGER) AS built
FROM files
UNION ALL BY NAME
SELECT
    unnest([2025, 2026]) AS year,
    ff_idlocal AS local_id,
    ff_idcom AS commune,
    ff_dteloc AS dteloc,
    ff_ccthp AS occupancy,
    coalesce(regexp_matches(ff_ccogrm, '^[1234569]'), false) AS public
FROM lake."cerema/2025/extff";

-- Vacant business premises: a premises that several recipients were told of is one.
CREATE TABLE locomvac AS
SELECT DISTINCT ON (annee, department, invariant)
    CAST(annee AS INTEGER) AS year,
    CASE WHEN "CODE DSF" LIKE '97%' THEN "CODE DSF" ELSE left("CODE DSF", 2) END AS department,
    "INVARIANT DU LOCAL" AS invariant,
    commune_code(department, "CODE COMMUNE") AS commune,
    "CATEGORIE REVISEE" AS category,
    CASE WHEN "CATEGORIE REVISEE"[:3] IN ('MAG', 'BUR', 'DEP', 'ATE', 'HOT') THEN "CATEGORIE REVISEE"[:3] ELSE 'other' END AS family,
    CASE WHEN "PROPRIETAIRE" LIKE 'M %' OR "PROPRIETAIRE" LIKE 'MME %' THEN 'natural'
        WHEN regexp_matches("PROPRIETAIRE", '(SCI|SARL|SA|SAS|SNC|SYNDICAT|COMMUNE|OFFICE|ETAT|DEPARTEMENT|REGION)') THEN 'legal' ELSE 'unknown' END AS owner
FROM (FROM lake."locomvac/2022" UNION ALL FROM lake."locomvac/2023" UNION ALL FROM lake."locomvac/2024");
