{#- Each test selects the rows that break the expectation; a null value breaks none. -#}

{% test expect_column_values_to_be_between(model, column_name, min_value=none, max_value=none, row_condition=none, strictly=false) %}
{%- if min_value is none and max_value is none -%}
    {{ exceptions.raise_compiler_error("expect_column_values_to_be_between needs min_value, max_value or both") }}
{%- endif %}
{%- set equal = '' if strictly else '=' %}
select {{ column_name }} as outside
from {{ model }}
where
    ({{ row_condition or 'true' }})
    and (
        false
        {%- if min_value is not none %}
        or not {{ column_name }} >{{ equal }} {{ min_value }}
        {%- endif %}
        {%- if max_value is not none %}
        or not {{ column_name }} <{{ equal }} {{ max_value }}
        {%- endif %}
    )
{% endtest %}


{% test expect_table_row_count_to_be_between(model, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
{%- if group_by -%}
    {{ exceptions.raise_compiler_error("offline dbt_expectations: expect_table_row_count_to_be_between knows no group_by") }}
{%- endif %}
{%- set equal = '' if strictly else '=' %}
select counted.held
from (select count(*) as held from {{ model }} where {{ row_condition or 'true' }}) as counted
where
    false
    {%- if min_value is not none %}
    or not counted.held >{{ equal }} {{ min_value }}
    {%- endif %}
    {%- if max_value is not none %}
    or not counted.held <{{ equal }} {{ max_value }}
    {%- endif %}
{% endtest %}


{% test expect_compound_columns_to_be_unique(model, column_list, quote_columns=false, ignore_row_if="all_values_are_missing", row_condition=none) %}
{%- set names = [] -%}
{%- set missing = [] -%}
{%- for column in column_list -%}
    {%- set name = adapter.quote(column) if quote_columns else column -%}
    {%- do names.append(name) -%}
    {%- do missing.append(name ~ ' is null') -%}
{%- endfor %}
{%- set joined = {'all_values_are_missing': ' and ', 'any_value_is_missing': ' or '} %}
select {{ names | join(', ') }}, count(*) as occurrences
from {{ model }}
where
    ({{ row_condition or 'true' }})
    {%- if ignore_row_if in joined %}
    and not ({{ missing | join(joined[ignore_row_if]) }})
    {%- endif %}
group by {{ names | join(', ') }}
having count(*) > 1
{% endtest %}


{% test expect_column_values_to_match_regex(model, column_name, regex, row_condition=none, is_raw=false, flags="") %}
select {{ column_name }} as unlike
from {{ model }}
where
    ({{ row_condition or 'true' }})
    and not regexp_matches({{ column_name }}, '{{ regex }}', '{{ flags }}')
{% endtest %}
