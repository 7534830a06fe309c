{#- A column of the application, null where its value is none of those that the catalog documents (`values`, or
    `minimum` and `maximum`): the test of the source counts and names them. -#}
{% macro known(table, column) -%}
    {%- set bounds = {} -%}
    {%- if execute and graph is defined -%}
        {%- for node in graph.sources.values() if node.source_name == 'production' and node.name == table -%}
            {%- do bounds.update(node.columns[column].config.meta) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if bounds.get('values') -%}
        case when {{ column }} in ({{ bounds['values'] | join(', ') }}) then {{ column }} end
    {%- elif 'minimum' in bounds and 'maximum' in bounds -%}
        case when {{ column }} between {{ bounds['minimum'] }} and {{ bounds['maximum'] }} then {{ column }} end
    {%- elif 'minimum' in bounds -%}
        case when {{ column }} >= {{ bounds['minimum'] }} then {{ column }} end
    {%- else -%}
        case when {{ column }} is not null then {{ column }} end
    {%- endif -%}
{%- endmacro %}
