{#- True for energy class F or G as they are written, false when none is known: the figures named `energy_sieve` are those of
    the dashboards, which read the class of the BDNB so. -#}
{% macro energy_sieve(energy_class) -%}
    coalesce({{ energy_class }} in ('F', 'G'), false)
{%- endmacro %}


{#- The class that the application observed, else that of the BDNB, in its normal form. -#}
{% macro best_known_energy_class(actual_dpe, energy_consumption_bdnb) -%}
    upper(trim(coalesce(nullif(trim({{ actual_dpe }}), ''), {{ energy_consumption_bdnb }})))
{%- endmacro %}
