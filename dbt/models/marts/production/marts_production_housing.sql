with housing as (
    select
        *,
        {{ city_code('geo_code') }} as city_code
    from {{ ref('stg_production__housing') }}
)

select
    cast(housing.id as varchar) as housing_id,
    housing.id,
    housing.geo_code,
    housing.cadastral_classification,
    housing.uncomfortable,
    housing.vacancy_start_year,
    housing.housing_kind,
    housing.rooms_count,
    housing.living_area,
    housing.building_year,
    housing.mutation_date,
    housing.taxed,
    housing.data_years,
    housing.beneficiary_count,
    housing.rental_value,
    housing.condominium,
    housing.status,
    housing.sub_status,
    housing.energy_consumption_bdnb,
    housing.occupancy_source,
    housing.occupancy,
    housing.occupancy_intended,
    housing.energy_consumption_at_bdnb,
    housing.data_source,
    housing.data_file_years,
    housing.plot_area,
    housing.last_mutation_date,
    housing.last_transaction_date,
    housing.last_transaction_value,
    housing.occupancy_history,
    housing.last_mutation_type,
    housing.actual_dpe,
    housing.geolocation_source,
    housing.city_code,
    {% for suffix, topic, author in last_event_variants() %}
        last_events.last_event_status_{{ suffix }},
        last_events.last_event_status_label_{{ suffix }},
        last_events.last_event_date_{{ suffix }},
    {% endfor %}
    {{ energy_sieve('housing.energy_consumption_bdnb') }} as energy_sieve,
    coalesce(housing.vacancy_start_year < {{ lovac_reference_year() }} - 2, false) as vacant_two_years,
    coalesce(cities.opah > 0, false) as is_in_opah_teritory,
    coalesce(cities.tlv1, false) as is_in_tlv1_teritory,
    coalesce(cities.tlv2, false) as is_in_tlv2_teritory,
    coalesce(cities.action_coeur_de_ville, false) as is_in_action_coeur_de_ville_teritory,
    coalesce(cities.action_coeur_de_ville_1, false) as is_in_action_coeur_de_ville_1_teritory,
    coalesce(cities.petite_ville_de_demain, false) as is_in_petite_ville_de_demain_teritory,
    coalesce(cities.village_davenir, false) as is_in_village_davenir_teritory,
    cities.label,
    campaigns.first_campaign_created,
    campaigns.last_campaign_created,
    campaigns.first_campaign_sent,
    campaigns.last_campaign_sent,
    coalesce(campaigns.total_validated, 0) as total_validated,
    coalesce(campaigns.total_confirmed, 0) as total_confirmed,
    coalesce(campaigns.total_sent, 0) as total_sent,
    coalesce(groups.total_groups, 0) as total_groups,
    groups.first_group_created,
    groups.last_group_created,
    groups.first_group_exported,
    groups.last_group_exported,
    establishments.establishment_ids,
    establishments.establishment_ids_array,
    coalesce(establishments.is_on_user_teritory, false) as is_on_user_teritory,
    {{ energy_sieve(best_known_energy_class('housing.actual_dpe', 'housing.energy_consumption_bdnb')) }}
        as energy_sieve_best_known
from housing
left join {{ ref('int_common__cities') }} as cities on housing.city_code = cities.city_code
left join {{ ref('int_production__housing_last_events') }} as last_events
    on housing.geo_code = last_events.housing_geo_code and housing.id = last_events.housing_id
left join {{ ref('int_production__housing_campaigns') }} as campaigns
    on housing.geo_code = campaigns.housing_geo_code and housing.id = campaigns.housing_id
left join {{ ref('int_production__housing_groups') }} as groups
    on housing.geo_code = groups.housing_geo_code and housing.id = groups.housing_id
left join {{ ref('int_production__geo_code_establishments') }} as establishments
    on housing.geo_code = establishments.geo_code
