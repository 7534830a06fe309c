with cities as (
    select
        geo_code as city_code,
        label,
        is_official,
        department_code,
        region_code,
        epci_code,
        epci_label as epci_name
    from {{ ref('int_common__communes') }}
    where geo_code = city_code
),

tlv as (
    select
        {{ city_code('geo_code') }} as city_code,
        bool_or(zone = 1) as tlv1,
        bool_or(zone = 2) as tlv2
    from (
        select
            geo_code,
            1 as zone
        from {{ ref('stg_external__tlv_zone_1') }}
        union all
        select
            geo_code,
            2 as zone
        from {{ ref('stg_external__tlv_zone_2') }}
    )
    group by all
),

programmes as (
    select
        {{ city_code('geo_code') }} as city_code,
        bool_or(acv_id is not null) as action_coeur_de_ville,
        bool_or(acv_2_id is not null) as action_coeur_de_ville_1,
        bool_or(pvd_id is not null) as petite_ville_de_demain,
        bool_or(village_id is not null) as village_davenir
    from {{ ref('stg_external__zonage_anct_2023') }}
    group by all
),

improvements as (
    select
        {{ city_code('geo_code') }} as city_code,
        -- a POPAC is neither: it prevents where an OPAH repairs
        count(distinct programme_id) filter (where programme_type like '%OPAH%') as opah,
        string_agg(distinct programme_type, ',' order by programme_type)
        filter (where programme_type like '%OPAH%') as type_opah,
        count(distinct programme_id) filter (where programme_type like '%PIG%') as pig
    from {{ ref('stg_external__opah') }}
    group by all
),

agreements as (
    select
        {{ city_code('geo_code') }} as city_code,
        min(signed_on) as ort_signed_at
    from {{ ref('stg_external__ort') }}
    where signature_state = 'Signée'
    group by all
),

urban_units as (
    select
        geo_code as city_code,
        min_by(urban_unit_code, urban_unit_code) as uu_code,
        min_by(urban_unit_label, urban_unit_code) as uu_name
    from {{ ref('stg_external__unites_urbaines_2024') }}
    group by all
)

select
    cities.city_code,
    cities.label,
    cities.is_official,
    cities.department_code,
    cities.region_code,
    coalesce(tlv.tlv1, false) as tlv1,
    coalesce(tlv.tlv2, false) as tlv2,
    coalesce(programmes.action_coeur_de_ville, false) as action_coeur_de_ville,
    coalesce(programmes.action_coeur_de_ville_1, false) as action_coeur_de_ville_1,
    coalesce(programmes.petite_ville_de_demain, false) as petite_ville_de_demain,
    coalesce(programmes.village_davenir, false) as village_davenir,
    coalesce(improvements.opah, 0) as opah,
    improvements.type_opah,
    coalesce(improvements.pig, 0) as pig,
    agreements.city_code is not null as ort_signed,
    agreements.ort_signed_at,
    urban_units.uu_name,
    urban_units.uu_code,
    cities.epci_code,
    cities.epci_name
from cities
left join tlv on cities.city_code = tlv.city_code
left join programmes on cities.city_code = programmes.city_code
left join improvements on cities.city_code = improvements.city_code
left join agreements on cities.city_code = agreements.city_code
left join urban_units on cities.city_code = urban_units.city_code
