{#- One row per period between two dates (`YYYY-MM-DD` texts), the last one excluded, column `date_<datepart>`. -#}
{% macro get_base_dates(start_date=none, end_date=none, n_dateparts=none, datepart="day") %}
{%- if not (start_date and end_date) -%}
    {{ exceptions.raise_compiler_error("offline dbt_date: get_base_dates needs start_date and end_date") }}
{%- endif %}
select cast(spine.moment as timestamp) as date_{{ datepart }}
from
    generate_series(
        timestamp '{{ start_date }}',
        timestamp '{{ end_date }}' - interval 1 microsecond,
        interval 1 {{ datepart }}
    ) as spine (moment)
{% endmacro %}
