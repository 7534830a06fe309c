with premises as (
    select
        premises.*,
        criteria.public_criterion,
        trim(premises.use_code) = 'H' and trim(premises.nature) in ('APPART', 'MAISON') as is_a_dwelling,
        premises.owner_group in (1, 2, 3, 4, 5, 6, 9) as is_public_or_social
    from {{ ref('stg_lovac__premises') }} as premises
    left join {{ ref('int_lovac__public_criteria') }} as criteria on premises.data_year = criteria.year
),

flagged as (
    select
        *,
        coalesce(is_a_dwelling, false) as is_dwelling,
        coalesce(is_a_dwelling, false) and not coalesce(is_public_or_social, false) as is_private_dwelling,
        coalesce(vacancy_start_year < data_year - 2, false) as is_long_term,
        coalesce(trim(ff_occupancy) = 'V', false) as is_vacant_in_ff
    from premises
)

select
    data_year,
    local_id,
    geo_code,
    {{ city_code('geo_code') }} as city_code,
    nature,
    use_code,
    owner_group,
    vacancy_start_year,
    is_potential_tlv_thlv,
    ff_occupancy,
    living_area,
    plot_area,
    rooms_count,
    building_year,
    cadastral_classification,
    owner_category_1 as owner_category,
    public_criterion,
    -- what follows only breaks ties between lines of one dwelling
    last_mutation_sortable,
    cadastral_rental_value,
    revised_rental_value,
    thlv_reference_year,
    tlv_rate,
    owner_name,
    manager_name,
    street_number,
    street_label,
    street_code,
    cadastral_reference,
    tax_directorate,
    tax_office,
    intercommunality_tax_code,
    owner_address_1,
    owner_address_2,
    owner_address_3,
    owner_address_4,
    is_dwelling,
    is_private_dwelling,
    is_long_term,
    is_vacant_in_ff,
    is_private_dwelling and is_long_term as is_long_term_private,
    is_private_dwelling and is_long_term and is_vacant_in_ff as is_long_term_private_in_ff,
    case public_criterion
        when 'fil' then is_private_dwelling and is_long_term
        when 'fil_ccthp' then is_private_dwelling and is_long_term and is_vacant_in_ff
    end as is_in_public_figure
from flagged
