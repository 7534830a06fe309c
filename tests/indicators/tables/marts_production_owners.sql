SELECT
    o.id, o.kind_class, o.entity, o.data_source, o.created_at, o.updated_at, coalesce(o.is_multi_owner, CASE WHEN count(DISTINCT (l.housing_geo_code, l.housing_id)) FILTER (l.rank > 0) > 1 THEN true END)
        AS is_multi_owner, o.do_not_contact,
    count(DISTINCT (l.housing_geo_code, l.housing_id)) AS housing_count
FROM app.owners AS o LEFT JOIN app.owners_housing AS l ON l.owner_id = o.id
GROUP BY o.id, o.kind_class, o.entity, o.data_source, o.created_at, o.updated_at, o.is_multi_owner, o.do_not_contact
