{#- Models and tests lie in the warehouse, whatever the session's own database; a snapshot says itself that it lies in the history. -#}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
    {{ (custom_database_name or "warehouse") | trim }}
{%- endmacro %}
