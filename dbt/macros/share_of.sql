{#- Part of a whole, from 0 to 1; null without a whole, and where the two do not belong together: a part that is larger than
    its whole is counted by another file than it. -#}
{% macro share_of(part, whole) -%}
case when {{ part }} <= {{ whole }} then {{ part }} / nullif({{ whole }}, 0) end
{%- endmacro %}


{#- Part of a whole in percent, with two decimals; null without a whole. The scale of today's tables. -#}
{% macro percent_of(part, whole) -%}
round(cast(100 as double) * {{ part }} / nullif({{ whole }}, 0), 2)
{%- endmacro %}
