with by_link as (
    select
        links.geo_code,
        links.id,
        list_sort(list(establishments.establishment_id)) as establishment_ids
    from {{ ref('marts_production_join_establishment_housing') }} as links
    inner join {{ ref('int_production__establishments') }} as establishments
        on links.establishment_id = cast(establishments.establishment_id as varchar)
    where not establishments.is_deleted
    group by links.geo_code, links.id
)

select
    housing.geo_code,
    housing.id
from {{ ref('marts_production_housing') }} as housing
left join by_link on housing.geo_code = by_link.geo_code and housing.id = by_link.id
where housing.establishment_ids_array is distinct from by_link.establishment_ids
