{#- Fails when two rows have the same key. It compares numbers first, and keys only where the numbers meet: the keys of many
    millions of rows do not fit a small session. -#}
{% test unique_key(model, columns) %}
    with doubtful as (
        select hash({{ columns | join(', ') }}) as key_hash
        from {{ model }}
        group by key_hash
        having count(*) > 1
    )

    select {{ columns | join(', ') }}
    from {{ model }}
    inner join doubtful on hash({{ columns | join(', ') }}) = doubtful.key_hash
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
