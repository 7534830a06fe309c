{{ config(materialized='table') }}

with updates as (
    select
        housing_geo_code,
        housing_id,
        user_source,
        status_changed,
        occupancy_changed,
        { 'at': created_at, 'id': id } as moment,
        {
            'value': cast(new_status as varchar),
            'label': new_status_refined,
            'at': created_at
        } as followup,
        { 'value': new_occupancy, 'label': new_occupancy, 'at': created_at } as occupancy
    from {{ ref('int_production__updates') }}
    where housing_id is not null
),

last_events as (
    select
        housing_geo_code,
        housing_id,
    {% for suffix, topic, author in last_event_variants() %}
        arg_max({{ topic }}, moment) filter (
            where {{ 'status_changed' if topic == 'followup' else 'occupancy_changed' }}
            {% if author %}and user_source = '{{ author }}'{% endif %}
        ) as last_{{ suffix }}{{ ',' if not loop.last }}
    {% endfor %}
    from updates
    group by housing_geo_code, housing_id
)

select
    housing_geo_code,
    housing_id,
{% for suffix, topic, author in last_event_variants() %}
    last_{{ suffix }}.value as last_event_status_{{ suffix }},
    last_{{ suffix }}.label as last_event_status_label_{{ suffix }},
    last_{{ suffix }}.at as last_event_date_{{ suffix }}{{ ',' if not loop.last }}
{% endfor %}
from last_events
