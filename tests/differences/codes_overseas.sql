-- Codes of 2024 that the COG does not hold: today's way cuts the department of a code with three characters.
SELECT
    (SELECT count(DISTINCT left(ccodep, 2) || lpad(commune, 3, '0')) FROM lovac.lovac_2024
        WHERE left(ccodep, 2) = '97' AND left(ccodep, 2) || lpad(commune, 3, '0') NOT IN (SELECT com FROM external.cog_communes_2024))
        AS upstream,
    (SELECT count(*) FROM marts_common_morphology
        WHERE year = 2024 AND geo_code LIKE '97%' AND geo_code NOT IN (SELECT com FROM external.cog_communes_2024)) AS ours
