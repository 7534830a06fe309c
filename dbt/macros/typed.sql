{#- Integer of a text, also of `2019.0`; null when it is none. -#}
{% macro try_integer(text) -%}
try_cast(try_cast(trim({{ text }}) as double) as integer)
{%- endmacro %}


{#- Number of a text, decimal comma or point; null when it is none. -#}
{% macro try_number(text) -%}
try_cast(replace(trim({{ text }}), ',', '.') as double)
{%- endmacro %}


{#- The mark of a dwelling that may be taxed: `*` yes, blank or absent no, anything else unknown. -#}
{% macro potential_flag(mark) -%}
case
    when trim({{ mark }}) = '*' then true
    when trim(coalesce({{ mark }}, '')) = '' then false
end
{%- endmacro %}


{#- A date that sorts as text, from dd/mm/yyyy, mm/yyyy, yyyy or yyyy-mm-dd: `00` stands for what is not known.
    A text and not a date, since the files hold 31 February. -#}
{% macro sortable_date(text) -%}
case
    when regexp_matches(trim({{ text }}), '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}$')
        then
            split_part(trim({{ text }}), '/', 3)
            || '-' || right('0' || split_part(trim({{ text }}), '/', 2), 2)
            || '-' || right('0' || split_part(trim({{ text }}), '/', 1), 2)
    when regexp_matches(trim({{ text }}), '^[0-9]{1,2}/[0-9]{4}$')
        then split_part(trim({{ text }}), '/', 2) || '-' || right('0' || split_part(trim({{ text }}), '/', 1), 2) || '-00'
    when regexp_matches(trim({{ text }}), '^[0-9]{4}$') then trim({{ text }}) || '-00-00'
    when regexp_matches(trim({{ text }}), '^[0-9]{4}-[0-9]{2}-[0-9]{2}') then left(trim({{ text }}), 10)
end
{%- endmacro %}
