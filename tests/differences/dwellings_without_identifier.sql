SELECT
    (SELECT count(DISTINCT coalesce(ff_idlocal, '')) FROM lovac.lovac_2024 WHERE aff = 'H' AND nature IN ('APPART', 'MAISON')) AS upstream,
    (SELECT sum(count_vacant_housing) FROM marts_common_morphology WHERE year = 2024) AS ours
