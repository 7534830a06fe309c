{#- Rows of year and rule, as the catalog declares them with each LOVAC. -#}
{% macro public_criteria() -%}
{%- for year, criterion in var('public_criteria').items() -%}
    , ({{ year }}, '{{ criterion }}')
{%- endfor -%}
{%- endmacro %}
