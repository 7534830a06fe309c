{#- True for energy class F or G, false when none is known. The figures named `energy_sieve` read the class of the BDNB. -#}
{% macro energy_sieve(energy_class) -%}
    coalesce(upper(trim({{ energy_class }})) in ('F', 'G'), false)
{%- endmacro %}


{#- The class that the application observed, else that of the BDNB. -#}
{% macro best_known_energy_class(actual_dpe, energy_consumption_bdnb) -%}
    coalesce(nullif(trim({{ actual_dpe }}), ''), {{ energy_consumption_bdnb }})
{%- endmacro %}
