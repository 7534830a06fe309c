with updates as (
    select
        *,
        {'at': created_at, 'id': id} as moment
    from {{ ref('int_production__updates') }}
    where housing_id is not null
),

last_events as (
    select
        housing_geo_code,
        housing_id,
        {% for suffix, topic, author in last_event_variants() %}
            arg_max(
                {% if topic == 'followup' %}
                    {'value': cast(new_status as varchar), 'label': new_status_refined, 'raw': new_status_raw,
                    'sub_status': new_sub_status, 'at': created_at},
                {% else %}
                    {'value': new_occupancy_code, 'label': new_occupancy, 'at': created_at},
                {% endif %}
                moment
            ) filter (
                where {{ 'status_changed' if topic == 'followup' else 'occupancy_changed' }}
                {% if author %}and user_source = '{{ author }}'{% endif %}
            ) as {{ suffix }}{{ ',' if not loop.last }}
        {% endfor %}
    from updates
    group by housing_geo_code, housing_id
)

select
    housing_geo_code,
    housing_id,
    {% for suffix, topic, author in last_event_variants() %}
        {{ suffix }}.value as last_event_status_{{ suffix }},
        {{ suffix }}.label as last_event_status_label_{{ suffix }},
        {{ suffix }}.at as last_event_date_{{ suffix }},
    {% endfor %}
    coalesce(user_followup.value = '4', false) as is_followup_ended_by_user,
    coalesce(
        user_followup.value = '4'
        and (
            {{ normalised_label('user_followup.sub_status') }} = 'n etait pas vacant'
            or {{ normalised_label('user_followup.raw') }} = 'non vacant'
        ),
        false
    ) as is_followup_ended_not_vacant_by_user
from last_events
