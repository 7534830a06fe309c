SELECT CAST(e.id AS VARCHAR) AS establishment_id, coalesce(k.explicit_label, nullif(e.kind, ''), 'Inconnu') AS type_explicite
FROM app.establishments AS e LEFT JOIN kind_name AS k ON k.kind = e.kind
