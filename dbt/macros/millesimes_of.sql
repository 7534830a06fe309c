{#- Years of a file that the catalog declares, oldest first. -#}
{% macro millesimes_of(prefix) -%}
    {{ return(var("millesimes").get(prefix, []) | sort) }}
{%- endmacro %}
