-- Every code that the lists of communes know: its name, its commune of today, and the intercommunality of that one; a commune that was
-- founded again and that no list of intercommunalities has yet is still in that of the one it had joined.
CREATE TABLE code AS
WITH official AS (
    SELECT
        "COM" AS code,
        arg_min("LIBELLE", list_position(['COM', 'ARM', 'COMA', 'COMD'], "TYPECOM")) AS name,
        bool_or("TYPECOM" IN ('COM', 'ARM')) AS alive,
        max("COMPARENT") AS parent
    FROM lake."external/insee/cog_20240101" GROUP BY 1
), merged AS (
    SELECT padded("COM_INI") AS code, arg_max("LIB_COM_INI", "ANNEE_MODIF") AS name, arg_max(padded("COM_FIN"), "ANNEE_MODIF") AS parent
    FROM lake."external/insee/fusions" GROUP BY 1
), named AS (
    SELECT
        code,
        coalesce(o.name, m.name) AS name,
        CASE WHEN coalesce(o.alive, false) THEN code ELSE coalesce(o.parent, m.parent) END AS next,
        m.parent AS merged_into
    FROM official AS o FULL JOIN merged AS m USING (code)
)
SELECT n.code, n.name, coalesce(third.next, second.next, n.next) AS today, coalesce(own.epci_siren, r.epci_siren, old.epci_siren) AS epci_siren
FROM named AS n
LEFT JOIN named AS second ON second.code = n.next
LEFT JOIN named AS third ON third.code = second.next
LEFT JOIN lake."external/dgcl/com_epci_dep_reg" AS own ON own.com_code = n.code
LEFT JOIN lake."external/dgcl/com_epci_dep_reg" AS old ON old.com_code = n.merged_into
LEFT JOIN lake."external/dgcl/com_epci_dep_reg" AS r ON r.com_code = coalesce(third.next, second.next, n.next);

-- The name of each territory of today.
CREATE TABLE territory AS
SELECT 'commune' AS territory_level, com_code AS territory_code, com_name AS territory_label FROM lake."external/dgcl/com_epci_dep_reg"
UNION
SELECT 'commune', g."COM", g."LIBELLE" FROM lake."external/insee/cog_20240101" AS g
WHERE g."TYPECOM" = 'COM' AND NOT EXISTS (SELECT 1 FROM lake."external/dgcl/com_epci_dep_reg" AS c WHERE c.com_code = g."COM")
UNION SELECT 'epci', epci_siren, epci_name FROM lake."external/dgcl/com_epci_dep_reg"
UNION SELECT 'departement', code_departement, nom_departement FROM lake."external/insee/departements_france"
UNION SELECT 'region', code_region, nom_region FROM lake."external/insee/departements_france"
UNION SELECT 'etablissement', CAST(id AS VARCHAR), name FROM app.establishments
UNION SELECT 'france', 'FR', 'France';
