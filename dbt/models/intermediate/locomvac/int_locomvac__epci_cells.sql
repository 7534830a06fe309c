{{ config(materialized='table') }}

with cells as (
    select
        cells.*,
        communes.epci_code,
        -- the cell that this one is a part of
        case cells.dimension when 'categorie' then cells.family else 'Ensemble' end as parent,
        case cells.dimension when 'ensemble' then not cells.is_shown else not cells.has_shown_parent end as is_rest
    from {{ ref('int_locomvac__commune_cells') }} as cells
    inner join {{ ref('int_common__communes') }} as communes on cells.geo_code = communes.geo_code
    where communes.epci_code is not null
),

-- what the communes do not show themselves: the difference between the sum and them would tell it; that of one commune
-- is small whatever it holds (least() leaves what is null aside)
summed as (
    select
        year,
        epci_code,
        dimension,
        parent,
        family,
        category,
        sum(premises_count) as premises_count,
        coalesce(
            least(
                sum(premises_count) filter (where is_rest),
                case count(*) filter (where is_rest) when 1 then {{ secrecy_threshold() }} - 1 end
            ),
            0
        ) as rest_count
    from cells
    group by all
),

-- a commune that shows a part only of its own breakdown would show the rest of it through the sum
broken as (
    select distinct
        year,
        epci_code,
        dimension,
        parent
    from cells
    where dimension <> 'ensemble' and has_shown_parent and not is_shown
),

judged as (
    select
        summed.year,
        summed.epci_code,
        summed.dimension,
        summed.parent,
        summed.family,
        summed.category,
        summed.premises_count,
        summed.rest_count > 0
        and {{ hidden_by_secrecy(
            'summed.rest_count',
            'summed.year, summed.epci_code, summed.dimension, summed.parent, summed.rest_count > 0',
            'summed.category'
        ) }} as is_hidden,
        broken.year is not null as is_broken
    from summed
    left join broken
        on
            summed.year = broken.year
            and summed.epci_code = broken.epci_code
            and summed.dimension = broken.dimension
            and summed.parent = broken.parent
),

placed as (
    select
        judged.*,
        not judged.is_broken
        and coalesce(not totals.is_hidden, true)
        and coalesce(not (families.is_hidden or families.is_broken), true) as has_shown_parent
    from judged
    left join judged as totals
        on
            judged.dimension <> 'ensemble'
            and totals.dimension = 'ensemble'
            and judged.year = totals.year
            and judged.epci_code = totals.epci_code
    left join judged as families
        on
            judged.dimension = 'categorie'
            and families.dimension = 'famille'
            and judged.year = families.year
            and judged.epci_code = families.epci_code
            and judged.family = families.family
)

select
    year,
    epci_code,
    dimension,
    family,
    category,
    cast(premises_count as bigint) as premises_count,
    has_shown_parent,
    has_shown_parent and not is_hidden as is_shown
from placed
