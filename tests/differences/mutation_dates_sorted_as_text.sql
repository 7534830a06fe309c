-- Pairs of dates of one year's file that text and calendar put in another order, among the first hundred of each file.
WITH dates AS (
    SELECT anmutation AS written, row_number() OVER (ORDER BY anmutation, ff_idlocal) AS n,
        CASE length(anmutation) WHEN 10 THEN strptime(anmutation, '%d/%m/%Y') WHEN 7 THEN strptime(anmutation, '%m/%Y') END AS day
    FROM lovac.lovac_2024 WHERE regexp_full_match(anmutation, '((0[1-9]|1[0-9]|2[0-8])/)?(0[1-9]|1[0-2])/[0-9]{4}')
)
SELECT count(*) AS upstream, 0 AS ours
FROM dates AS a JOIN dates AS b ON a.n < b.n AND a.n <= 100 AND b.n <= 100 AND a.day > b.day
