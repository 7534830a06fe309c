SELECT count(*) FILTER (vacancy_start_year < 2026 - 3) AS upstream, count(*) FILTER (vacant_two_years) AS ours
FROM marts_production_housing
