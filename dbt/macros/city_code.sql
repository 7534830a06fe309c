{#- Code of the city: Paris, Lyon and Marseille stand for their arrondissements. -#}
{% macro city_code(geo_code) -%}
case
    when {{ geo_code }} between '75101' and '75120' then '75056'
    when {{ geo_code }} between '13201' and '13216' then '13055'
    when {{ geo_code }} between '69381' and '69389' then '69123'
    else {{ geo_code }}
end
{%- endmacro %}
