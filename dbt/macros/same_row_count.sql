{#- Fails when a model has not exactly as many rows as another one: nothing was lost or doubled on the way. -#}
{% test same_row_count(model, compare_model) %}
    select
        here.row_count,
        there.row_count as expected_row_count
    from (select count(*) as row_count from {{ model }}) as here
    cross join (select count(*) as row_count from {{ compare_model }}) as there
    where here.row_count <> there.row_count
{% endtest %}
