{{ config(materialized='table') }}

{%- set kept = [
    'data_year', 'local_id', 'geo_code', 'city_code', 'nature', 'use_code', 'owner_group', 'owner_category',
    'vacancy_start_year', 'is_potential_tlv_thlv', 'ff_occupancy', 'living_area', 'plot_area', 'rooms_count',
    'building_year', 'cadastral_classification',
] -%}
{%- set flags = [
    'is_dwelling', 'is_private_dwelling', 'is_long_term_private', 'is_long_term_private_in_ff', 'is_in_public_figure',
] -%}

with candidates as (
    -- numbers in place of keys: a few bytes for each of millions of dwellings; a collision only looks at a line in vain
    select
        data_year,
        hash(local_id) as local_id_hash
    from {{ ref('int_lovac__premises') }}
    where local_id is not null
    group by data_year, hash(local_id)
    having count(*) > 1
),

repeated as (
    -- few dwellings come more than once: only these are sorted
    select
        premises.data_year,
        premises.local_id,
        count(*) as lines_count,
        bool_or({{ lovac_ex() }}) as is_ex,
        bool_or({{ lovac_fil() }}) as is_fil,
    {%- for flag in flags %}
        bool_or({{ flag }}) as {{ flag }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ ref('int_lovac__premises') }} as premises
    inner join
        candidates
        on premises.data_year = candidates.data_year and hash(premises.local_id) = candidates.local_id_hash
    where premises.local_id is not null
    group by premises.data_year, premises.local_id
    having count(*) > 1
),

chosen as (
    select premises.*
    from {{ ref('int_lovac__premises') }} as premises
    inner join repeated on premises.data_year = repeated.data_year and premises.local_id = repeated.local_id
    qualify
        row_number() over (
            partition by premises.data_year, premises.local_id
            order by
                {{ lovac_line_order('premises') }}
        ) = 1
),

single as (
    -- not an EXISTS: that one would hold the keys of all lines in memory
    select premises.*
    from {{ ref('int_lovac__premises') }} as premises
    left join repeated on premises.data_year = repeated.data_year and premises.local_id = repeated.local_id
    where repeated.local_id is null
),

judged as (
    select
        *,
        coalesce({{ lovac_ex() }}, false) as is_ex_line
    from chosen
)

-- lines without local_id are dwellings of their own
select
    {%- for column in kept %}
        premises.{{ column }},
    {%- endfor %}
    cast(1 as bigint) as lines_count,
    {%- for flag in flags %}
        premises.{{ flag }},
    {%- endfor %}
    coalesce({{ lovac_ex() }}, false) as is_ex,
    coalesce({{ lovac_ex() }}, false) as is_ex_line,
    coalesce({{ lovac_fil() }}, false) as is_fil
from single as premises

union all

select
    {%- for column in kept %}
        judged.{{ column }},
    {%- endfor %}
    repeated.lines_count,
    {%- for flag in flags %}
        repeated.{{ flag }},
    {%- endfor %}
    coalesce(repeated.is_ex, false) as is_ex,
    -- of a long vacancy the line with the smallest start year speaks, which need not be the one kept
    judged.is_ex_line and not coalesce(repeated.is_fil, false) as is_ex_line,
    coalesce(repeated.is_fil, false) as is_fil
from repeated
inner join judged on repeated.data_year = judged.data_year and repeated.local_id = judged.local_id
