-- One name for the raw text and the integer: which of them the filter sees decides whether ` 5` or `5.0` is a public owner.
SELECT
    count(*) FILTER (groupe IS NULL OR groupe NOT IN ('1', '2', '3', '4', '5', '6', '9')) AS upstream,
    count(*) FILTER (coalesce(TRY_CAST(TRY_CAST(trim(groupe) AS DOUBLE) AS INTEGER) NOT IN (1, 2, 3, 4, 5, 6, 9), true)) AS ours
FROM lovac.lovac_2024 WHERE aff = 'H' AND nature IN ('APPART', 'MAISON')
