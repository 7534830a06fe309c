{#- Fails where stock and flows do not add up: stock(n) = stock(n-1) + entries + returns − exits, with n-1 the millésime
    loaded before; `came` and `went` name further columns that add and take away. The stock before is also that which
    the row of the year before holds. -#}
{% test flow_identity(model, keys, came=[], went=[]) %}
select now.*
from {{ model }} as now
left join {{ model }} as before
    on
        now.previous_year = before.year
        {%- for key in keys %}
        and now.{{ key }} = before.{{ key }}
        {%- endfor %}
where
    now.previous_year is not null
    and (
        now.stock_count is distinct from
        now.previous_stock_count + now.entries_count + now.returns_count - now.exits_count
        {%- for name in came %} + now.{{ name }}{% endfor %}
        {%- for name in went %} - now.{{ name }}{% endfor %}
        or now.stock_count is distinct from now.entries_count + now.returns_count + now.stays_count
        {%- for name in came %} + now.{{ name }}{% endfor %}
        or now.previous_stock_count is distinct from coalesce(before.stock_count, 0)
    )
{% endtest %}


{#- Fails where a territory's measure is not the sum of its communes': EPCI, departments, regions. -#}
{% test levels_add_up(model, keys, measures) %}
with parents as (
    select distinct
        communes.territory_code as commune_code,
        parents.territory_level,
        parents.territory_code
    from {{ ref('int_common__territories') }} as communes
    inner join {{ ref('int_common__territories') }} as parents on communes.geo_code = parents.geo_code
    where communes.territory_level = 'commune' and parents.territory_level in ('epci', 'departement', 'region')
),

summed as (
    select
        parents.territory_level,
        parents.territory_code,
        {%- for key in keys %}
        here.{{ key }},
        {%- endfor %}
        {%- for measure in measures %}
        sum(here.{{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }} as here
    inner join parents on here.territory_level = 'commune' and here.territory_code = parents.commune_code
    group by all
),

above as (
    select * from {{ model }}
    where territory_level in ('epci', 'departement', 'region')
)

select
    coalesce(summed.territory_level, above.territory_level) as territory_level,
    coalesce(summed.territory_code, above.territory_code) as territory_code
from summed
full outer join above
    on
        summed.territory_level = above.territory_level
        and summed.territory_code = above.territory_code
        {%- for key in keys %}
        and summed.{{ key }} = above.{{ key }}
        {%- endfor %}
where
    summed.territory_code is null
    or above.territory_code is null
    {%- for measure in measures %}
    or summed.{{ measure }} is distinct from above.{{ measure }}
    {%- endfor %}
{% endtest %}
