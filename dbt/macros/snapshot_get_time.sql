{#- The moment from which dbt's snapshots hold what they see: the day of the application's own snapshot, never that of the build.
    dbt asks for it under this name. -#}
{% macro snapshot_get_time() -%}
    {{ as_of_day() }}
{%- endmacro %}


{#- The application's snapshot was taken at this moment; null when there is none. -#}
{% macro snapshot_at() -%}
    cast(nullif('{{ env_var("ZLV_SNAPSHOT_AT", "") }}', '') as timestamp with time zone)
{%- endmacro %}


{#- Forgets what was replaced within its own day: of two snapshots of one day, the later one is what was known that day. -#}
{% macro forget_versions_of_no_day() -%}
    delete from {{ this }} where dbt_valid_to <= dbt_valid_from
{%- endmacro %}
