{{ config(severity='warn') }}

-- The application's tables are copied in one snapshot; a link without its housing is told and does not stop the build.
{% set links = [
    'marts_production_join_campaigns_housing', 'marts_production_join_housing_groups',
    'marts_production_join_owner_housing', 'marts_production_events',
] %}

with links as (
    {% for link in links %}
        {% if not loop.first %}union all{% endif %}
        select
            '{{ link }}' as link,
            housing_geo_code,
            housing_id
        from {{ ref(link) }}
        where housing_id is not null
    {% endfor %}
)

select
    links.link,
    count(*) as links
from links
anti join {{ ref('stg_production__housing') }} as housing
    on links.housing_geo_code = housing.geo_code and links.housing_id = housing.id
group by links.link
