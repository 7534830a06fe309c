{%- set criteria = var('public_criteria') -%}
{% for year, criterion in criteria.items() -%}
select
    cast({{ year }} as integer) as year,
    cast('{{ criterion }}' as varchar) as public_criterion
{%- if not loop.last %}
union all
{% endif %}
{%- else -%}
select
    cast(null as integer) as year,
    cast(null as varchar) as public_criterion
where false
{%- endfor %}
