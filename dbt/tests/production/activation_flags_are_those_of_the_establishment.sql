select made.establishment_id
from {{ ref('marts_production_establishments_activation') }} as made
inner join {{ ref('marts_production_establishments') }} as said on made.establishment_id = said.establishment_id
where
    made.connecte_90_derniers_jours <> said.connected_last_90_days
    or made.connecte_60_derniers_jours <> said.connected_last_60_days
    or made.connecte_30_derniers_jours <> said.connected_last_30_days
    or made.a_depose_1_perimetre <> (said.total_perimeters > 0)
    or made.a_cree_1_groupe <> said.has_groups
    or made.a_cree_1_campagne <> said.has_campaigns
    or made.a_cree_1_campagne_30_derniers_jours <> (said.is_creation_lt_30_days = 1)
    or made.a_envoye_1_campagne <> (said.total_sent_campaigns > 0)
    or made.a_fait_1_maj_suivi <> (said.last_event_date_user_followup is not null)
    or made.a_fait_1_maj_occupation <> (said.last_event_date_user_occupancy is not null)
