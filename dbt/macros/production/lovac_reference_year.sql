{#- Year of the last LOVAC known on the day of the snapshot; that day's own year when the catalog declares none. -#}
{% macro lovac_reference_year() -%}
    {%- set day_year = env_var("ZLV_AS_OF", "1970-01-01")[:4] | int -%}
    {%- set known = var("millesimes").get("lovac", []) | select("le", day_year) | list -%}
    {{ return(known | max if known else day_year) }}
{%- endmacro %}
