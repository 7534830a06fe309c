{#- Finds rows whose value is none that the catalog documents: not in `values`, outside `minimum` and `maximum`. -#}
{% test documented(model, column_name, values=none, minimum=none, maximum=none) %}
    select {{ column_name }}
    from {{ model }}
    where
        {%- if values %}
            {{ column_name }} not in ({{ values | join(', ') }})
        {%- else %}
            {{ column_name }} < {{ minimum if minimum is not none else column_name }}
            or {{ column_name }} > {{ maximum if maximum is not none else column_name }}
        {%- endif %}
{% endtest %}
