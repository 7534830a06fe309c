WITH merged AS (
    SELECT CAST("ANNEE_MODIF" AS INTEGER) AS year, padded("COM_INI") AS code, min(padded("COM_FIN")) AS destination,
        arg_min("LIB_COM_FIN", padded("COM_FIN")) AS label
    FROM lake."external/insee/fusions" GROUP BY ALL
), split AS (
    SELECT CAST("ANNEE_MODIF" AS INTEGER) AS year, padded("COM_INI") AS code,
        string_agg(padded("COM_FIN"), ', ' ORDER BY padded("COM_FIN")) AS destination, string_agg("LIB_COM_FIN", ', ' ORDER BY padded("COM_FIN")) AS label
    FROM lake."external/insee/scissions" GROUP BY ALL
)
SELECT
    m.* RENAME (commune AS geo_code),
    city_of(m.commune) AS city_code, c.name AS city_label,
    d.code_departement AS dep_code, d.nom_departement AS dep_label, d.code_region AS region_code, d.nom_region AS region_label,
    c.epci_siren, t.territory_label AS epci_label,
    CAST(f.code IS NOT NULL AS INTEGER) AS merged_this_year, CAST(s.code IS NOT NULL AS INTEGER) AS split_this_year,
    f.destination AS merged_destionation_geocode, f.label AS merged_destination_label,
    s.destination AS split_destination_geocode, s.label AS split_destination_label
FROM morphology AS m
LEFT JOIN code AS c ON c.code = m.commune
LEFT JOIN lake."external/insee/departements_france" AS d ON d.code_departement = department_of(m.commune)
LEFT JOIN territory AS t ON t.territory_level = 'epci' AND t.territory_code = c.epci_siren
LEFT JOIN merged AS f ON f.year = m.year AND f.code = m.commune
LEFT JOIN split AS s ON s.year = m.year AND s.code = m.commune
