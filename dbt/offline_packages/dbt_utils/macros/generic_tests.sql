{#- Each test selects the rows that break the rule; `column_name` comes from the column under which the test stands. -#}

{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
{%- set names = [] -%}
{%- for column in combination_of_columns -%}
    {%- do names.append(adapter.quote(column) if quote_columns else column) -%}
{%- endfor %}
select {{ names | join(', ') }}, count(*) as occurrences
from {{ model }}
group by {{ names | join(', ') }}
having count(*) > 1
{% endtest %}


{% test expression_is_true(model, expression, column_name=none) %}
select 1 as broken
from {{ model }}
where not ({{ column_name or '' }} {{ expression }})
{% endtest %}


{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
{%- set equal = '=' if inclusive else '' %}
select {{ column_name }} as outside
from {{ model }}
where
    false
    {%- if min_value is not none %}
    or not {{ column_name }} >{{ equal }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or not {{ column_name }} <{{ equal }} {{ max_value }}
    {%- endif %}
{% endtest %}


{% test relationships_where(model, column_name, to, field, from_condition="1=1", to_condition="1=1") %}
select child.{{ column_name }} as orphan
from {{ model }} as child
where
    child.{{ column_name }} is not null
    and ({{ from_condition }})
    and not exists (
        select 1 from (select {{ field }} as parent_key from {{ to }} where {{ to_condition }}) as parent
        where parent.parent_key = child.{{ column_name }}
    )
{% endtest %}


{% test equal_rowcount(model, compare_model, group_by_columns=[]) %}
{%- if group_by_columns -%}
    {{ exceptions.raise_compiler_error("offline dbt_utils: equal_rowcount knows no group_by_columns") }}
{%- endif %}
select counted.here, counted.there
from (
    select
        (select count(*) from {{ model }}) as here,
        (select count(*) from {{ compare_model }}) as there
) as counted
where counted.here <> counted.there
{% endtest %}
