SELECT nom, code, list_sort("codesDepartements") AS "codesDepartements", list_sort("codesRegions") AS "codesRegions", population
FROM lake."external/api_geo/epcis"
