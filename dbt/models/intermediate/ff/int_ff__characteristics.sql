{{ config(materialized='table') }}

{%- set dimensions = [
    'type_logement', 'nature_proprietaire', 'occupation', 'type_proprietaire', 'surface', 'epoque_construction',
] -%}

with premises as (
    select
        premises.year,
        coalesce(mapped.current_geo_code, split.geo_code, premises.geo_code) as geo_code,
        premises.has_all_premises,
        premises.private_rule,
        premises.premises_type in ('1', '2') as is_housing,
        premises.is_public_or_social,
        case premises.premises_type when '1' then 'Maison' else 'Appartement' end as type_logement,
        case when premises.is_public_or_social then 'Public ou social' else 'Privé' end as nature_proprietaire,
        case
            when premises.occupancy = 'V' then 'Vacant'
            when premises.occupancy = 'L' then 'Loué'
            when premises.occupancy = 'P' then 'Occupé par le propriétaire'
            when premises.occupancy <> '' then 'Autre occupation'
            else 'Inconnue'
        end as occupation,
        premises.owner_kind as type_proprietaire,
        {{ living_area_class('premises.living_area') }} as surface,
        {{ building_period_class('premises.building_year') }} as epoque_construction
    from {{ ref('int_ff__premises') }} as premises
    left join {{ ref('int_ff__split_premises') }} as split on premises.local_id = split.local_id
    left join {{ ref('int_common__current_communes') }} as mapped
        on coalesce(split.geo_code, premises.geo_code) = mapped.geo_code
    where premises.premises_type in ('1', '2', '4') and premises.geo_code is not null
),

grouped as (
    select
        year,
        geo_code,
        case
            {%- for dimension in dimensions %}
                when grouping({{ dimension }}) = 0 then '{{ dimension }}'
            {%- endfor %}
            else 'ensemble'
        end as dimension,
        coalesce({{ dimensions | join(', ') }}, 'Ensemble') as value,
        bool_and(has_all_premises) as has_all_premises,
        -- one and the same in all rows of a year
        any_value(private_rule) as private_rule,
        count(*) filter (where is_housing) as count_housing,
        count(*) filter (where is_housing and not is_public_or_social) as count_housing_private,
        count(*) filter (where not is_housing) as count_commercial_premises
    from premises
    group by grouping sets (
        (year, geo_code),
        {%- for dimension in dimensions %}
            (year, geo_code, {{ dimension }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
)

select
    year,
    geo_code,
    dimension,
    value,
    private_rule,
    count_housing,
    count_housing_private,
    case when dimension = 'ensemble' and has_all_premises then count_commercial_premises end
        as count_commercial_premises
from grouped
where
    -- the extract does not hold these
    (has_all_premises or dimension not in ('type_proprietaire', 'surface', 'epoque_construction'))
    and (dimension = 'ensemble' or count_housing > 0)

union all

select
    grouped.year,
    grouped.geo_code,
    'zone_tlv' as dimension,
    {{ tlv_zone('cities') }} as value,
    grouped.private_rule,
    grouped.count_housing,
    grouped.count_housing_private,
    null as count_commercial_premises
from grouped
left join {{ ref('int_common__cities') }} as cities on {{ city_code('grouped.geo_code') }} = cities.city_code
where grouped.dimension = 'ensemble'
