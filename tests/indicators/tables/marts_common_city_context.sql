SELECT
    m.city_code,
    z.label, z.department_code, z.epci_name, z.action_coeur_de_ville, z.village_davenir, z.ort_signed, z.opah > 0 AS has_opah,
    d."LIBDENS7" AS density_label,
    p.price AS median_price_m2,
    p.year AS price_year
FROM marts_common_city_context AS m
JOIN cities_zonage_2024 AS z USING (city_code)
LEFT JOIN lake."external/insee/densite_2024" AS d ON d."CODGEO" = m.city_code
LEFT JOIN (
    SELECT "CODGEO" AS code, arg_max(CAST("PXM2_MEDIAN" AS DOUBLE), CAST("ANNEE" AS INTEGER)) AS price, max(CAST("ANNEE" AS INTEGER)) AS year
    FROM lake."external/cerema/prix_communes" WHERE TRY_CAST("PXM2_MEDIAN" AS DOUBLE) IS NOT NULL GROUP BY 1
) AS p ON p.code = m.city_code
