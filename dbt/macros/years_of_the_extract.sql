{#- Years for which the extract of the whole stock of 2025 speaks: its own, and those of later LOVAC files that no
    Fichiers fonciers file of their year came with. -#}
{% macro years_of_the_extract() -%}
{%- set years = [2025] -%}
{%- for year in var('millesimes').get('lovac', []) if year > 2025 and year not in var('millesimes').get('ff', []) -%}
    {%- do years.append(year) -%}
{%- endfor -%}
{{ years }}
{%- endmacro %}
