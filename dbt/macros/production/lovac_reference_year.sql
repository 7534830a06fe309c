{#- Year of the last LOVAC known on the day of the snapshot; that day's own year when the catalog declares none. -#}
{% macro lovac_reference_year() -%}
    {%- set day_year = var("as_of")[:4] | int -%}
    {%- set known = var("millesimes").get("lovac", []) | select("le", day_year) | list -%}
    {{ return(known | max if known else day_year) }}
{%- endmacro %}
