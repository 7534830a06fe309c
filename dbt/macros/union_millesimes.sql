{#- All millésimes of a file, one below the other, with the year of each as `millesime`.
    `columns` gives name and type of what is wanted; a layout without a column gives nulls. Builds without any millésime. -#}
{% macro union_millesimes(domain, prefix, columns) %}
{%- set years = var('millesimes').get(prefix, []) | sort -%}
{%- for year in years -%}
    {%- set table = prefix ~ '_' ~ year -%}
    {%- set relation = source(domain, table) -%}
    {%- set held = source_columns(domain, table) -%}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        cast({{ year }} as integer) as millesime
        {%- for name, type in columns.items() %},
        {% if name in held %}{{ name }}{% else %}cast(null as {{ type }}) as {{ name }}{% endif %}
        {%- endfor %}
    from {{ relation }}
{%- else %}
    select
        cast(null as integer) as millesime
        {%- for name, type in columns.items() %},
        cast(null as {{ type }}) as {{ name }}
        {%- endfor %}
    where false
{%- endfor -%}
{% endmacro %}


{#- Names of the columns that a source shows; nothing while dbt only parses.
    Read from the view and not from dbt's graph, which unit tests do not see. -#}
{% macro source_columns(domain, table) -%}
{%- if execute -%}
    {%- set relation = api.Relation.create(database=domain, schema='main', identifier=table) -%}
    {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}
{%- endif -%}
{{ return([]) }}
{%- endmacro %}
