{#- Classes of dwellings: the same words for LOVAC and for the Fichiers fonciers, so that one divides by the other. -#}

{#- How long a dwelling has been vacant in a LOVAC year; the long-term filter begins with the second class. -#}
{% macro vacancy_duration_class(year, start_year) -%}
case
    when {{ start_year }} is null or {{ start_year }} > {{ year }} then 'Inconnue'
    when {{ year }} - {{ start_year }} <= 2 then '0-2 ans'
    when {{ year }} - {{ start_year }} <= 5 then '3-5 ans'
    when {{ year }} - {{ start_year }} <= 10 then '6-10 ans'
    else 'Plus de 10 ans'
end
{%- endmacro %}


{#- Living area in square metres; none written is unknown. -#}
{% macro living_area_class(area) -%}
case
    when {{ area }} is null or {{ area }} <= 0 then 'Inconnue'
    when {{ area }} < 40 then 'Moins de 40 m²'
    when {{ area }} < 60 then '40 à 59 m²'
    when {{ area }} < 80 then '60 à 79 m²'
    when {{ area }} < 100 then '80 à 99 m²'
    else '100 m² et plus'
end
{%- endmacro %}


{#- Period of construction, those of the INSEE; years of 100 or less are unknown. -#}
{% macro building_period_class(year) -%}
case
    when {{ year }} is null or {{ year }} <= 100 then 'Inconnue'
    when {{ year }} < 1919 then 'Avant 1919'
    when {{ year }} < 1946 then '1919-1945'
    when {{ year }} < 1971 then '1946-1970'
    when {{ year }} < 1991 then '1971-1990'
    when {{ year }} < 2006 then '1991-2005'
    else '2006 et après'
end
{%- endmacro %}


{#- Zone of the tax on vacant dwellings, from a row of int_common__cities. -#}
{% macro tlv_zone(cities) -%}
case
    when {{ cities }}.tlv1 then 'TLV 1'
    when {{ cities }}.tlv2 then 'TLV 2'
    else 'Hors zone TLV'
end
{%- endmacro %}
