SELECT
    (SELECT count(*) FROM external.old_events WHERE new_sub_status IN
        ('N’habite pas à l’adresse indiquée', 'Blocage volontaire du propriétaire', 'Blocage involontaire du propriétaire')) AS upstream,
    (SELECT count(*) FROM marts_production_events WHERE new_sub_status IN
        ('NPAI', 'Vacance volontaire du propriétaire', 'Vacance involontaire lié au propriétaire')) AS ours
