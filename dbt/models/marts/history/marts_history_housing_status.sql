{%- set keys, measures = ['month', 'status', 'occupancy'], ['count_housing', 'count_housing_contacted'] -%}

with by_territory as (
    {{ by_territory(ref('int_history__housing_months'), keys, measures) }}
),

summed as (
    select
        territory_level,
        territory_code,
        territory_label,
        month,
        status,
        occupancy,
        count_housing,
        count_housing_contacted
    from by_territory
    union all
    select
        'france' as territory_level,
        'FR' as territory_code,
        'France' as territory_label,
        month,
        status,
        occupancy,
        cast(sum(count_housing) as bigint) as count_housing,
        cast(sum(count_housing_contacted) as bigint) as count_housing_contacted
    from {{ ref('int_history__housing_months') }}
    group by month, status, occupancy
),

status_labels as (
    select distinct
        status,
        dashboard_label as label
    from {{ ref('production_status_labels') }}
)

select
    summed.month,
    summed.territory_level,
    summed.territory_code,
    summed.territory_label,
    summed.status,
    coalesce(status_labels.label, 'Statut inconnu') as status_label,
    summed.occupancy,
    coalesce(occupancy_labels.label, summed.occupancy) as occupancy_label,
    summed.count_housing,
    summed.count_housing_contacted,
    months.known_on,
    months.days_known,
    months.days_missed
from summed
inner join {{ ref('int_history__months') }} as months on summed.month = months.month
left join status_labels on summed.status = status_labels.status
left join {{ ref('production_occupancy_labels') }} as occupancy_labels on summed.occupancy = occupancy_labels.occupancy
