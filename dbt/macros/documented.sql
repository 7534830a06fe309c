{#- Finds rows whose value is none that the catalog documents: not in `values`, outside `minimum` and `maximum`. -#}
{% test documented(model, column_name, values=[], minimum=none, maximum=none) %}
    {%- set conditions = [] -%}
    {%- if values %}{% do conditions.append(column_name ~ ' not in (' ~ values | join(', ') ~ ')') %}{% endif -%}
    {%- if minimum is not none %}{% do conditions.append(column_name ~ ' < ' ~ minimum) %}{% endif -%}
    {%- if maximum is not none %}{% do conditions.append(column_name ~ ' > ' ~ maximum) %}{% endif %}
    select {{ column_name }}
    from {{ model }}
    where {{ conditions | join(' or ') }}
{% endtest %}
