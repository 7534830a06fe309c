{%- set keys = ['geo_code', 'status', 'occupancy'] -%}

with versions as (
    select
        coalesce(mapped.current_geo_code, housing.housing_geo_code) as geo_code,
        coalesce(cast(housing.status as varchar), '') as status,
        coalesce(nullif(trim(housing.occupancy), ''), 'inconnu') as occupancy,
        cast(housing.sent_campaign_count > 0 as integer) as contacted,
        cast(date_trunc('month', housing.dbt_valid_from) as date) as first_month,
        cast(date_trunc('month', housing.dbt_valid_to) as date) as end_month
    from {{ ref('history_housing') }} as housing
    left join {{ ref('int_common__current_communes') }} as mapped on housing.housing_geo_code = mapped.geo_code
),

-- A version begins and ends on known days: at the end of a month those count that began in it or before and have not
-- ended. Adding up beginnings and ends reads each version once, however many months there are.
changes as (
    select
        {{ keys | join(', ') }},
        first_month as month,
        1 as housing,
        contacted
    from versions
    union all
    select
        {{ keys | join(', ') }},
        end_month as month,
        -1 as housing,
        -contacted as contacted
    from versions
    where end_month is not null
),

monthly as (
    select
        {{ keys | join(', ') }},
        month,
        sum(housing) as housing,
        sum(contacted) as contacted
    from changes
    group by {{ keys | join(', ') }}, month
),

held as (
    select
        {{ keys | join(', ') }},
        min(month) as first_month
    from monthly
    group by {{ keys | join(', ') }}
),

running as (
    select
        held.geo_code,
        held.status,
        held.occupancy,
        months.month,
        months.days_known,
        sum(monthly.housing) over held_months as count_housing,
        sum(monthly.contacted) over held_months as count_housing_contacted
    from held
    inner join {{ ref('int_history__months') }} as months on held.first_month <= months.month
    left join monthly
        on
            months.month = monthly.month
            and held.geo_code = monthly.geo_code
            and held.status = monthly.status
            and held.occupancy = monthly.occupancy
    window held_months as (partition by held.geo_code, held.status, held.occupancy order by months.month)
)

select
    month,
    geo_code,
    cast(nullif(status, '') as integer) as status,
    occupancy,
    case when days_known > 0 then cast(count_housing as bigint) end as count_housing,
    case when days_known > 0 then cast(count_housing_contacted as bigint) end as count_housing_contacted
from running
where count_housing > 0
