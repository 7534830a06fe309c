SELECT nom, code, "codeRegion" FROM lake."external/api_geo/departements"
