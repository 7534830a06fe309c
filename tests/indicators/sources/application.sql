-- Status or occupancy that really became another one, with the housing and the author's side.
CREATE TABLE change AS
WITH known (label, status) AS (
    VALUES ('non suivi', 0), ('jamais contacte', 0), ('en attente de retour', 1), ('premier contact', 2), ('suivi en cours', 3),
    ('suivi termine', 4), ('non vacant', 4), ('sortie de la vacance', 4), ('suivi bloque', 5), ('bloque', 5)
), read AS (
    SELECT
        e.id,
        e.created_at,
        e.type,
        words(e.next_new ->> 'status') AS new_label,
        words(e.next_old ->> 'status') AS old_label,
        words(e.next_new ->> 'occupancy') AS new_occupancy,
        words(e.next_old ->> 'occupancy') AS old_occupancy,
        h.housing_id,
        h.housing_geo_code,
        u.establishment_id,
        CASE WHEN u.email ILIKE '%beta.gouv.fr' THEN 'zlv' WHEN u.id IS NOT NULL THEN 'user' END AS author
    FROM app.events AS e
    LEFT JOIN app.housing_events AS h ON h.event_id = e.id
    LEFT JOIN app.users AS u ON u.id = e.created_by
    WHERE e.type IN ('housing:status-updated', 'housing:occupancy-updated')
)
SELECT
    read.*,
    n.status AS new_status,
    coalesce(CAST(n.status AS VARCHAR), new_label) IS DISTINCT FROM coalesce(CAST(o.status AS VARCHAR), old_label) AS status_changed,
    new_occupancy IS DISTINCT FROM old_occupancy AS occupancy_changed
FROM read LEFT JOIN known AS n ON n.label = new_label LEFT JOIN known AS o ON o.label = old_label;

-- Words that today's dashboards filter on, for the application's codes.
CREATE TABLE status_name AS FROM (
    VALUES (0, 'Non-suivi'), (1, 'En attente de retour'), (2, 'Premier contact'), (3, 'Suivi en cours'), (4, 'Suivi terminé'), (5, 'Bloqué')
) AS s (status, label);
CREATE TABLE occupancy_name AS SELECT code, label, words(label) AS words FROM (
    VALUES ('V', 'Vacant'), ('L', 'En location'), ('B', 'Meublé de tourisme'), ('P', 'Occupé par le propriétaire'), ('A', 'Autres'),
        ('RS', 'Résidence secondaire non louée')
) AS o (code, label);
CREATE TABLE kind_name AS FROM (
    VALUES ('COM', 'commune', 'Commune', 'Commune'), ('Commune', 'commune', 'Commune', 'Commune'),
        ('CA', 'intercommunality', 'Communauté d''Agglomération', 'Communauté d''Agglomération'),
        ('CC', 'intercommunality', 'Communauté des Communes', 'Communauté des Communes'),
        ('CU', 'intercommunality', 'Communauté Urbaine', 'Communauté Urbaine'),
        ('METRO', 'intercommunality', 'Métropole', 'Métropole'), ('ME', 'intercommunality', 'Métropole', 'Métropole'),
        ('DEP', 'department', 'Département', 'Département'), ('REG', 'region', 'Région', 'Région'),
        ('SDED', 'service of the department', 'Service Déconcentré Départemental', 'Service Déconcentré Départemental'),
        ('SDER', 'service of the region', 'Service Déconcentré Régional', 'Service Déconcentré Régional'), ('ASSO', 'other', 'Association', 'Association')
) AS k (kind, family, label, explicit_label);
