SELECT
    (SELECT count(*) FROM production.establishments AS e
        WHERE NOT EXISTS (FROM production.groups AS g WHERE g.establishment_id = e.id)
            OR NOT EXISTS (FROM production.campaigns AS c WHERE c.establishment_id = e.id)) AS upstream,
    (SELECT count(*) FROM marts_production_establishments_activation
        WHERE typologie_activation_simple = 'Erreur de classification') AS ours
