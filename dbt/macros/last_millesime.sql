{#- Newest year of a file that the catalog declares; 0 when it declares none. -#}
{% macro last_millesime(prefix) -%}
{{ (var('millesimes').get(prefix) or [0]) | max }}
{%- endmacro %}
