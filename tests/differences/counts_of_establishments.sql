SELECT
    (SELECT count(*) FROM production.establishments AS e
        WHERE NOT EXISTS (FROM production.campaigns AS c WHERE c.establishment_id = e.id)) AS upstream,
    (SELECT count(*) FROM marts_production_establishments WHERE total_campaigns IS NULL) AS ours
