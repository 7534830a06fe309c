{#- True for energy class F or G: the class entered or observed goes before the one of the national building base; false when none is known. -#}
{% macro energy_sieve(actual_dpe, energy_consumption_bdnb) -%}
    coalesce(
        upper(coalesce(nullif(trim({{ actual_dpe }}), ''), trim({{ energy_consumption_bdnb }}))) in ('F', 'G'),
        false
    )
{%- endmacro %}
