{#- Label without case, accents, kinds of apostrophe, hyphens and runs of spaces, so that old and new spellings meet; null when blank. -#}
{% macro normalised_label(label) -%}
    nullif(trim(regexp_replace(lower(strip_accents({{ label }})), '[^a-z0-9]+', ' ', 'g')), '')
{%- endmacro %}
