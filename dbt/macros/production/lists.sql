{#- Windows, in months after sending, in which the returns of a campaign are counted. -#}
{% macro return_months() %}{{ return([3, 6, 9, 36]) }}{% endmacro %}

{#- Years of sending for which an establishment's contacts are counted. -#}
{% macro contact_years() %}{{ return([2020, 2021, 2022, 2023, 2024, 2025, 2026]) }}{% endmacro %}

{#- Variants of a housing's last event: suffix of the columns, topic, author (none: all). -#}
{% macro last_event_variants() -%}
    {{ return([
        ("zlv_followup", "followup", "zlv"), ("user_followup", "followup", "user"), ("followup", "followup", none),
        ("zlv_occupancy", "occupancy", "zlv"), ("user_occupancy", "occupancy", "user"), ("occupancy", "occupancy", none),
    ]) }}
{%- endmacro %}
