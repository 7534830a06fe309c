{#- True for energy class F or G, false when none is known: the class observed goes before that of the BDNB. -#}
{% macro energy_sieve(actual_dpe, energy_consumption_bdnb) -%}
    coalesce(
        upper(coalesce(nullif(trim({{ actual_dpe }}), ''), trim({{ energy_consumption_bdnb }}))) in ('F', 'G'),
        false
    )
{%- endmacro %}
