{#- The day for which the warehouse speaks: that of the application's snapshot, never that of the build. -#}
{% macro as_of_day() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}
