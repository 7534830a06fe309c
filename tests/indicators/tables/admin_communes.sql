SELECT nom, code, "codeDepartement", siren, "codeEpci", "codeRegion", list_sort("codesPostaux") AS "codesPostaux", population
FROM lake."external/api_geo/communes"
