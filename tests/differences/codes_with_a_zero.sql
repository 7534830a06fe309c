SELECT count(*) FILTER (length(CAST(CAST(code AS INTEGER) AS VARCHAR)) < 2) AS upstream, count(*) FILTER (length(code) <> 2) AS ours
FROM marts_admin_regions
