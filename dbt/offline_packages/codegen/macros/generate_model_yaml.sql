{#- Print the `.yml` of built models: names and types of their columns, to be completed by hand.
    dbt run-operation generate_model_yaml --args '{"model_names": ["marts_common_cities"]}' -#}
{% macro generate_model_yaml(model_names=[], upstream_descriptions=false, include_data_types=true) %}
{%- set lines = ['version: 2', '', 'models:'] -%}
{%- for name in model_names -%}
    {%- do lines.extend(['  - name: ' ~ name, '    description: ""', '    columns:']) -%}
    {%- for column in adapter.get_columns_in_relation(ref(name)) if execute -%}
        {%- do lines.append('      - name: ' ~ column.name) -%}
        {%- do lines.append('        data_type: ' ~ column.data_type | lower) if include_data_types -%}
        {%- do lines.append('        description: ""') -%}
    {%- endfor -%}
{%- endfor -%}
{%- do print(lines | join('\n')) if execute -%}
{{ return(lines | join('\n')) }}
{% endmacro %}
