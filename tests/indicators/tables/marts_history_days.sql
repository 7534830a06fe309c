SELECT
    getvariable('day') AS day, true AS is_known, (SELECT count(*) FROM app.fast_housing) AS count_housing,
    (SELECT count(*) FROM app.campaigns) AS count_campaigns, getvariable('day') AS last_known_day, 0 AS days_since_known
