with usage as (
    select
        establishments.establishment_id,
        establishments.connected_last_90_days,
        establishments.connected_last_60_days,
        establishments.connected_last_30_days,
        establishments.total_perimeters > 0 as has_perimeters,
        establishments.total_groups > 0 as has_groups,
        establishments.total_campaigns > 0 as has_campaigns,
        establishments.total_sent_campaigns > 0 as has_sent_campaigns,
        establishments.is_creation_lt_30_days = 1 as has_fresh_campaign,
        -- the day says that something was updated, also where the status has no number
        establishments.last_event_date_user_followup is not null as has_followup,
        establishments.last_event_date_user_occupancy is not null as has_occupancy,
        kinds.explicit_label,
        kinds.regrouped_label
    from {{ ref('marts_production_establishments') }} as establishments
    inner join {{ ref('int_production__establishments') }} as kinds on establishments.id = kinds.establishment_id
),

classed as (
    select
        *,
        case
            when has_sent_campaigns and (has_followup or has_occupancy) then 5
            when has_sent_campaigns then 4
            when has_campaigns then 3
            when has_groups then 2
            else 1
        end as activation_class
    from usage
)

select
    establishment_id,
    connected_last_90_days as connecte_90_derniers_jours,
    connected_last_60_days as connecte_60_derniers_jours,
    connected_last_30_days as connecte_30_derniers_jours,
    has_perimeters as a_depose_1_perimetre,
    has_groups as a_cree_1_groupe,
    has_campaigns as a_cree_1_campagne,
    has_fresh_campaign as a_cree_1_campagne_30_derniers_jours,
    has_sent_campaigns as a_envoye_1_campagne,
    has_followup as a_fait_1_maj_suivi,
    has_occupancy as a_fait_1_maj_occupation,
    has_followup or has_occupancy as a_fait_1_maj,
    -- the public name has this case
    has_sent_campaigns and has_followup as "a_fait_1_campagne_ET_1_maj",
    case activation_class
        when 1 then '(1) CT inactive'
        when 2 then '(2) CT en analyse'
        when 3 then '(3) CT en campagne'
        else '(4) CT activée'
    end as typologie_activation_simple,
    case activation_class
        when 1 then if(connected_last_60_days, '(1.2) CT inactive et visiteuse', '(1.1) CT inactive et fantôme')
        when 2 then if(connected_last_60_days, '(2.2) CT en analyse et visiteuse', '(2.1) CT en analyse et fantôme')
        when 3 then if(connected_last_60_days, '(3.2) CT en campagne et visiteuse', '(3.1) CT en campagne et fantôme')
        when 4 then if(connected_last_60_days, '(4.2) CT pro-active et visiteuse', '(4.1) CT pro-active et fantôme')
        when 5 then if(connected_last_60_days, '(5.2) CT exemplaire et visiteuse', '(5.1) CT exemplaire et fantôme')
    end as typologie_activation_detaillee,
    explicit_label as type_explicite,
    regrouped_label as type_regroupe
from classed
