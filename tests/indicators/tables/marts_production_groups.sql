SELECT id, created_at, archived_at, establishment_id, exported_at, housing_count, owner_count FROM app.groups
