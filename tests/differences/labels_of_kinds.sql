SELECT
    count(*) FILTER (coalesce(kind, '') NOT IN ('Commune', 'CA', 'CC', 'CU', 'ME', 'DEP', 'REG', 'SDED', 'SDER', 'PETR', 'ASSO')) AS upstream,
    count(*) FILTER (establishment_kind_label = 'Autre') AS ours
FROM marts_production_establishments
