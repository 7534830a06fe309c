WITH once AS (SELECT data_file_years AS files FROM production.housing WHERE len(list_filter(data_file_years, lambda f: f LIKE 'lovac-%')) > 0)
SELECT
    count(*) FILTER (NOT list_contains(files, 'lovac-2025')) AS upstream,
    count(*) FILTER (NOT list_contains(files, 'lovac-2026')) AS ours
FROM once
