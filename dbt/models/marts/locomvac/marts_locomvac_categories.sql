with epcis as (
    select
        epci_code,
        min(epci_label) as epci_label
    from {{ ref('int_common__communes') }}
    group by epci_code
),

-- the parts of a figure that is hidden are not even named
cells as (
    select
        'commune' as territory_level,
        cells.geo_code as territory_code,
        coalesce(communes.label, cells.geo_code) as territory_label,
        cells.year,
        cells.dimension,
        cells.category,
        cells.premises_count,
        cells.is_shown,
        stock.count_commercial_premises
    from {{ ref('int_locomvac__commune_cells') }} as cells
    left join {{ ref('int_common__communes') }} as communes on cells.geo_code = communes.geo_code
    left join {{ ref('int_ff__stock') }} as stock on cells.year = stock.year and cells.geo_code = stock.geo_code
    where cells.has_shown_parent

    union all

    select
        'epci' as territory_level,
        cells.epci_code as territory_code,
        coalesce(epcis.epci_label, cells.epci_code) as territory_label,
        cells.year,
        cells.dimension,
        cells.category,
        cells.premises_count,
        cells.is_shown,
        stock.count_commercial_premises
    from {{ ref('int_locomvac__epci_cells') }} as cells
    left join epcis on cells.epci_code = epcis.epci_code
    left join {{ ref('marts_ff_stock') }} as stock
        on
            stock.territory_level = 'epci'
            and stock.dimension = 'ensemble'
            and cells.epci_code = stock.territory_code
            and cells.year = stock.year
    where cells.has_shown_parent
)

select
    cells.territory_level,
    cells.territory_code,
    cells.territory_label,
    cells.year,
    cells.dimension,
    cells.category as value,
    case
        when cells.dimension = 'ensemble' then 'Ensemble'
        when cells.dimension = 'famille'
            then
                case cells.category
                    when 'MAG' then 'Magasins et lieux de vente'
                    when 'BUR' then 'Bureaux et locaux assimilables'
                    when 'DEP' then 'Lieux de dépôt ou de stockage et parcs de stationnement'
                    when 'ATE' then 'Ateliers et locaux assimilables'
                    when 'HOT' then 'Hôtels et locaux assimilables'
                    else 'Autres'
                end
        else coalesce(categories.label, cells.category)
    end as value_label,
    case when cells.is_shown then cells.premises_count end as count_vacant_premises,
    case when cells.dimension = 'ensemble' then cells.count_commercial_premises end as count_commercial_premises,
    case
        when cells.dimension = 'ensemble' and cells.is_shown
            then {{ share_of('cells.premises_count', 'cells.count_commercial_premises') }}
    end as vacancy_rate,
    not cells.is_shown as secret_statistique
from cells
left join {{ ref('business_premises_categories') }} as categories on cells.category = categories.category
