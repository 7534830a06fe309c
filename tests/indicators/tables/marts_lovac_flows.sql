WITH territory AS (
    SELECT 'commune' AS territory_level, com_code AS territory_code, com_name AS territory_label FROM lake."external/dgcl/com_epci_dep_reg"
    UNION
    SELECT 'commune', g."COM", g."LIBELLE" FROM lake."external/insee/cog_20240101" AS g
    WHERE g."TYPECOM" = 'COM' AND NOT EXISTS (SELECT 1 FROM lake."external/dgcl/com_epci_dep_reg" AS c WHERE c.com_code = g."COM")
    UNION SELECT 'epci', epci_siren, epci_name FROM lake."external/dgcl/com_epci_dep_reg"
    UNION SELECT 'departement', code_departement, nom_departement FROM lake."external/insee/departements_france"
    UNION SELECT 'region', code_region, nom_region FROM lake."external/insee/departements_france"
    UNION SELECT 'etablissement', CAST(id AS VARCHAR), name FROM app.establishments
)
SELECT m.territory_level, m.territory_code, t.territory_label
FROM (SELECT territory_level, territory_code FROM marts_lovac_flows) AS m LEFT JOIN territory AS t USING (territory_level, territory_code)
