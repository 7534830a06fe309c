WITH counted AS (
    SELECT l.year, place.level, place.code, cell.dimension, cell.value, count(*) AS premises
    FROM locomvac AS l LEFT JOIN code AS c ON c.code = l.commune,
        (VALUES ('commune', l.commune), ('epci', c.epci_siren)) AS place (level, code),
        (VALUES ('ensemble', 'Ensemble'), ('famille', l.family), ('categorie', l.category)) AS cell (dimension, value)
    GROUP BY ALL
), name (value, label) AS (
    VALUES ('Ensemble', 'Ensemble'), ('MAG', 'Magasins et lieux de vente'), ('BUR', 'Bureaux et locaux assimilables'),
        ('DEP', 'Lieux de dépôt ou de stockage et parcs de stationnement'), ('ATE', 'Ateliers et locaux assimilables'),
        ('HOT', 'Hôtels et locaux assimilables')
)
SELECT
    m.territory_level, m.territory_code, t.territory_label, m.year, m.dimension, m.value, n.label AS value_label,
    CASE WHEN NOT m.secret_statistique THEN c.premises END AS count_vacant_premises
FROM (SELECT territory_level, territory_code, year, dimension, value, secret_statistique FROM marts_locomvac_categories) AS m
LEFT JOIN territory AS t USING (territory_level, territory_code) LEFT JOIN name AS n USING (value)
LEFT JOIN counted AS c
    ON (c.year, c.level, c.code, c.dimension, c.value) = (m.year, m.territory_level, m.territory_code, m.dimension, m.value)
