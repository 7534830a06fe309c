{#- Filters of LOVAC lines, applied to the columns of int_lovac__premises. A dwelling passes when one of its lines does.
    The occupancy condition holds for the years whose public figure asks for it (int_lovac__public_criteria). -#}

{#- Private dwelling, vacant for any time. -#}
{% macro lovac_ex() -%}
is_private_dwelling
and (public_criterion = 'fil' or is_vacant_in_ff)
{%- endmacro %}


{#- The same, vacant for more than two years: the dwellings of the public figure. -#}
{% macro lovac_fil() -%}
{{ lovac_ex() }}
and is_long_term
{%- endmacro %}
