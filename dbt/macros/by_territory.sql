{#- Sums of communes' measures per territory of every level: commune, EPCI, department, region, establishment.
    `relation` holds today's commune as `geo_code`; a measure that is null everywhere stays null. -#}
{% macro by_territory(relation, keys, measures) -%}
select
    territories.territory_level,
    territories.territory_code,
    -- one and the same in all rows of a territory
    any_value(territories.territory_label) as territory_label,
    {%- for key in keys %}
    counted.{{ key }},
    {%- endfor %}
    {%- for measure in measures %}
    cast(sum(counted.{{ measure }}) as bigint) as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relation }} as counted
inner join {{ ref('int_common__territories') }} as territories on counted.geo_code = territories.geo_code
group by territories.territory_level, territories.territory_code{% for key in keys %}, counted.{{ key }}{% endfor %}
{%- endmacro %}
