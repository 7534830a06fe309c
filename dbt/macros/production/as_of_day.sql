{#- The day for which the warehouse speaks: that of the application's snapshot, never that of the build. -#}
{% macro as_of_day() -%}
    cast('{{ env_var("ZLV_AS_OF", "1970-01-01") }}' as date)
{%- endmacro %}
