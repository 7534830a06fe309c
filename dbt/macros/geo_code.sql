{#- INSEE code of a commune from its department and its number inside it: 2 + 3 characters, 3 + 2 overseas.
    Files drop leading zeros and write 2a for 2A; overseas the number may repeat the department's third digit. -#}
{% macro geo_code(department, commune) -%}
case
    when nullif(trim({{ department }}), '') is null or nullif(trim({{ commune }}), '') is null then null
    when length(trim({{ department }})) = 3 then trim({{ department }}) || right('00' || trim({{ commune }}), 2)
    else upper(right('00' || trim({{ department }}), 2)) || right('000' || trim({{ commune }}), 3)
end
{%- endmacro %}


{#- Department of a commune's code: three characters overseas, two elsewhere. -#}
{% macro department_code(geo_code) -%}
left({{ geo_code }}, case when left({{ geo_code }}, 2) in ('97', '98') then 3 else 2 end)
{%- endmacro %}


{#- Department of a tax directorate: its third character is a direction, except overseas. -#}
{% macro department_of_directorate(directorate) -%}
left(trim({{ directorate }}), case when left(trim({{ directorate }}), 2) in ('97', '98') then 3 else 2 end)
{%- endmacro %}


{#- Codes whose leading zero was lost: 8053 is 08053. -#}
{% macro padded_geo_code(code) -%}
case when length(trim({{ code }})) < 5 then right('00000' || trim({{ code }}), 5) else upper(trim({{ code }})) end
{%- endmacro %}
