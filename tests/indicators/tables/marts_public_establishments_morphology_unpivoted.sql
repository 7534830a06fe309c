SELECT e.establishment_id, i.code AS count_type, i.label AS count_label
FROM (SELECT DISTINCT establishment_id FROM marts_public_establishments_morphology) AS e, (
    VALUES ('count_vacant_premisses', 'Locaux Vacants'), ('count_vacant_housing', 'Logements Vacants'),
        ('count_vacant_housing_private', 'Logements Vacants du Parc Privé'),
        ('count_vacant_housing_private_fil', 'Logements Vacants du Parc Privé (FIL)'),
        ('count_vacant_housing_private_fil_public', 'Logements Vacants >2 ans du Parc Privé - Public'),
        ('count_vacant_housing_private_fil_ccthp', 'Logements Vacants du Parc Privé (FIL+CCTHP)'),
        ('count_housing', 'Logements Totaux'), ('count_housing_private', 'Logements du Parc Privé'),
        ('count_housing_private_rented', 'Logements du Parc Privé Loués'),
        ('count_housing_last_lovac_production', 'LOVAC 2026 (>2 ans) - ZLV'),
        ('count_housing_tagged_lovac_production', 'Parc ZLV importé du millésime (Millésimes inclus)'),
        ('count_housing_last_ff_production', 'FF 2024 (parc privé locatif) - ZLV'),
        ('count_housing_rented_production', 'Loué - ZLV'), ('count_housing_vacant_production', 'Vacant - ZLV'),
        ('count_housing_energy_sieve_production', 'Passoire énergétique - ZLV'),
        ('sum_living_area_vacant_housing_private_fil_ccthp', 'Somme des surfaces habitables Vacants du Parc Privé (FIL+CCTHP)'),
        ('sum_plot_area_vacant_housing_private_fil_ccthp', 'Somme des surfaces foncières Vacants du Parc Privé (FIL+CCTHP)')
) AS i (code, label)
