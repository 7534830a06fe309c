SELECT nom, code FROM lake."external/api_geo/regions"
