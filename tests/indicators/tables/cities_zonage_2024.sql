WITH area AS (
    -- The codes of the COG, arrondissements merged; what the list of intercommunalities lacks keeps the name of the COG
    -- and what the table says of its intercommunality.
    SELECT
        o.code AS city_code,
        coalesce(c.com_name, o.name) AS label,
        CASE WHEN c.com_code IS NULL THEN m.epci_code ELSE c.epci_siren END AS epci_code,
        CASE WHEN c.com_code IS NULL THEN m.epci_name ELSE c.epci_name END AS epci_name,
        department_of(o.code) AS department_code
    FROM (
        SELECT "COM" AS code, arg_min("LIBELLE", list_position(['COM', 'ARM', 'COMA', 'COMD'], "TYPECOM")) AS name
        FROM lake."external/insee/cog_20240101" WHERE city_of("COM") = "COM" GROUP BY 1
    ) AS o
    LEFT JOIN lake."external/dgcl/com_epci_dep_reg" AS c ON c.com_code = o.code
    LEFT JOIN cities_zonage_2024 AS m ON m.city_code = o.code
), anct AS (
    SELECT
        city_of(insee_com) AS city_code,
        bool_or(id_acv IS NOT NULL) AS action_coeur_de_ville,
        bool_or(id_acv2 IS NOT NULL) AS action_coeur_de_ville_1,
        bool_or(id_pvd IS NOT NULL) AS petite_ville_de_demain,
        bool_or(id_va IS NOT NULL) AS village_davenir
    FROM lake."external/anct/ngeo-anct-cog2023" GROUP BY 1
), tlv AS (
    SELECT city_of(geo_code) AS city_code, bool_or(zone = 1) AS tlv1, bool_or(zone = 2) AS tlv2 FROM (
        SELECT geo_code, 1 AS zone FROM lake."external/dgfip/article_232_1" UNION ALL SELECT geo_code, 2 FROM lake."external/dgfip/article_232_2"
    ) GROUP BY 1
), opah AS (
    SELECT
        city_of(code_commune) AS city_code,
        count(DISTINCT programme_id) FILTER (type_programme LIKE '%OPAH%') AS opah,
        string_agg(DISTINCT type_programme, ',' ORDER BY type_programme) FILTER (type_programme LIKE '%OPAH%') AS type_opah,
        count(DISTINCT programme_id) FILTER (type_programme LIKE '%PIG%') AS pig
    FROM lake."external/anah/opah" GROUP BY 1
), ort AS (
    SELECT city_of("Code commune") AS city_code, min("Si signée, date de signature") AS ort_signed_at
    FROM lake."external/dgaln/ort" WHERE "Signée ?" = 'Signée' GROUP BY 1
), units AS (
    SELECT "CODGEO" AS city_code, min("UU2020") AS uu_code, arg_min("LIBUU2020", "UU2020") AS uu_name
    FROM lake."external/insee/appartenance_2024" GROUP BY 1
), registered AS (
    SELECT
        city_of(commune) AS city_code,
        bool_or(family = 'commune') AS direct,
        max((name, label)) FILTER (family = 'intercommunality') AS intercommunality,
        max(name) FILTER (family = 'service of the department') AS of_department,
        max(name) FILTER (family = 'service of the region') AS of_region
    FROM (
        SELECT e.name, k.family, k.label, unnest(e.localities_geo_code) AS commune
        FROM app.establishments AS e LEFT JOIN kind_name AS k ON k.kind = e.kind
        WHERE e.deleted_at IS NULL AND e.id IN (SELECT establishment_id FROM app.users WHERE deleted_at IS NULL)
    ) GROUP BY 1
)
SELECT
    a.city_code, a.department_code,
    coalesce(n.action_coeur_de_ville, false) AS action_coeur_de_ville, coalesce(n.action_coeur_de_ville_1, false) AS action_coeur_de_ville_1,
    coalesce(n.petite_ville_de_demain, false) AS petite_ville_de_demain, coalesce(n.village_davenir, false) AS village_davenir,
    coalesce(t.tlv1, false) AS tlv1, coalesce(t.tlv2, false) AS tlv2,
    r.city_code IS NOT NULL AS ort_signed, r.ort_signed_at, coalesce(o.opah, 0) AS opah, o.type_opah, coalesce(o.pig, 0) AS pig, u.uu_code, u.uu_name, a.label, a.epci_code, a.epci_name,
    coalesce(i.direct, false) AS inscrit_zlv_direct, i.intercommunality IS NOT NULL AS "inscrit_zlv_via_intercommunalité",
    i.intercommunality[1] AS "nom_intercommunalité", i.intercommunality[2] AS "type_intercommunalité",
    i.of_department IS NOT NULL OR i.of_region IS NOT NULL AS couverte_via_service_etat,
    i.of_department AS nom_service_etat_departemental, i.of_region AS "nom_service_etat_régional"
FROM area AS a LEFT JOIN anct AS n USING (city_code) LEFT JOIN tlv AS t USING (city_code) LEFT JOIN opah AS o USING (city_code)
LEFT JOIN ort AS r USING (city_code) LEFT JOIN units AS u USING (city_code) LEFT JOIN registered AS i USING (city_code)
