{#- Label without case, accents, apostrophes, hyphens and runs of spaces: old and new spellings meet; blank is null. -#}
{% macro normalised_label(label) -%}
    nullif(trim(regexp_replace(lower(strip_accents({{ label }})), '[^a-z0-9]+', ' ', 'g')), '')
{%- endmacro %}
