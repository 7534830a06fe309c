SELECT
    (SELECT count(*) FROM marts_common_morphology AS m
        JOIN external.fusions AS f ON f.annee_modif = m.year AND f.com_ini = m.geo_code WHERE m.geo_code < '10') AS upstream,
    (SELECT sum(merged_this_year) FROM marts_common_morphology WHERE geo_code < '10') AS ours
