{{ config(materialized='table') }}

{%- set kept = [
    'data_year', 'local_id', 'geo_code', 'nature', 'vacancy_start_year', 'living_area', 'building_year', 'owner_category',
] -%}

with repeated as (
    -- the line kept of several does not speak for the dwelling: of a long vacancy the smallest start year does,
    -- else the first of those that pass the filter
    select
        {%- for column in kept %}
            premises.{{ column }},
        {%- endfor %}
        housing.is_fil
    from {{ ref('int_lovac__premises') }} as premises
    inner join {{ ref('int_lovac__housing') }} as housing
        on
            premises.data_year = housing.data_year
            and premises.local_id = housing.local_id
            and housing.is_ex
            and not housing.is_ex_line
    where premises.is_private_dwelling and (premises.public_criterion = 'fil' or premises.is_vacant_in_ff)
    qualify
        row_number() over (
            partition by premises.data_year, premises.local_id
            order by
                case when housing.is_fil then premises.vacancy_start_year end asc nulls last,
                {{ lovac_line_order('premises') }}
        ) = 1
),

passing as (
    select
        {%- for column in kept %}
            {{ column }},
        {%- endfor %}
        is_fil
    from {{ ref('int_lovac__housing') }}
    -- what the Fichiers fonciers do not know has no life
    where is_ex_line and local_id is not null
    union all
    select * from repeated
)

select
    passing.data_year,
    passing.local_id,
    passing.geo_code,
    passing.is_fil,
    {{ vacancy_duration_class('passing.data_year', 'passing.vacancy_start_year') }} as duration_class,
    coalesce(category.owner_kind, family.owner_kind, 'Non classifié') as owner_kind,
    case trim(passing.nature) when 'MAISON' then 'Maison' else 'Appartement' end as dwelling_type,
    {{ living_area_class('passing.living_area') }} as living_area_class,
    {{ building_period_class('passing.building_year') }} as building_period
from passing
left join {{ ref('owner_kinds') }} as category on passing.owner_category = category.prefix
left join {{ ref('owner_kinds') }} as family on left(passing.owner_category, 1) = family.prefix
