{#- One row per period from start (included) to end (excluded), column `date_<datepart>`; both ends are SQL expressions. -#}
{% macro date_spine(datepart, start_date, end_date) %}
select cast(spine.moment as timestamp) as date_{{ datepart }}
from
    generate_series(
        cast({{ start_date }} as timestamp),
        cast({{ end_date }} as timestamp) - interval 1 microsecond,
        interval 1 {{ datepart }}
    ) as spine (moment)
{% endmacro %}
