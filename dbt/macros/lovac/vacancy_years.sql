{#- Reading a dwelling's years in vacancy, written as bits: bit n is the n-th loaded millésime. -#}

{% macro in_year(years, rank) -%}
({{ years }} >> {{ rank }}) & 1 = 1
{%- endmacro %}


{#- The millésime loaded before, whatever lies between the two. -#}
{% macro in_year_before(years, rank) -%}
(({{ years }} << 1) >> {{ rank }}) & 1 = 1
{%- endmacro %}


{% macro in_year_after(years, rank) -%}
({{ years }} >> ({{ rank }} + 1)) & 1 = 1
{%- endmacro %}


{% macro in_any_year_before(years, rank) -%}
{{ years }} & ((cast(1 as bigint) << {{ rank }}) - 1) <> 0
{%- endmacro %}


{#- Times a dwelling came into vacancy: years that are there and whose year before is not. -#}
{% macro times_in_vacancy(years) -%}
bit_count({{ years }} & ~({{ years }} << 1))
{%- endmacro %}
