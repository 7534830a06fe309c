{#- Filters of LOVAC lines, applied to the columns of int_lovac__premises.
    The occupancy condition holds for the years whose public figure asks for it (int_lovac__public_criteria). -#}

{#- Private dwelling known to the Fichiers Fonciers, vacant for any time: filter lines, then de-duplicate. -#}
{% macro lovac_ex() -%}
local_id is not null
and is_private_dwelling
and (public_criterion = 'fil' or is_vacant_in_ff)
{%- endmacro %}


{#- The same, vacant for more than two years: de-duplicate lines, then filter. -#}
{% macro lovac_fil() -%}
{{ lovac_ex() }}
and is_long_term
{%- endmacro %}
