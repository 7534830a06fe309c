{#- Whether a legal-person group of the Fichiers Fonciers (ccogrm: 0, 0A, 1 … 9) is public or social; null without a group,
    which is that of a natural person. -#}
{% macro public_or_social_group(ccogrm) -%}
    left(nullif(trim({{ ccogrm }}), ''), 1) in ('1', '2', '3', '4', '5', '6', '9')
{%- endmacro %}
