{#- Smallest count that may be read (DGFiP data). -#}
{% macro secrecy_threshold() -%}
11
{%- endmacro %}


{#- True for a count that may not be read among its siblings, whose sum may: one that is too small, and then the next smallest
    too, for the sum gives a hidden count away when it is hidden alone or when those hidden with it are few.
    The smallest has none before it: least() leaves what is null aside. -#}
{% macro hidden_by_secrecy(count, siblings, order_by) -%}
least(
    {{ count }},
    sum({{ count }}) over (
        partition by {{ siblings }}
        order by {{ count }}, {{ order_by }} rows between unbounded preceding and 1 preceding
    )
) < {{ secrecy_threshold() }}
{%- endmacro %}
