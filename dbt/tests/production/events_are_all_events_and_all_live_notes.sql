with counts as (
    select
        (select count(*) from {{ ref('marts_production_events') }}) as made,
        (select count(*) from {{ ref('stg_production__events') }})
        -- an event of both files is one
        + (
            select count(distinct old_events.id) from {{ ref('stg_external__old_events') }} as old_events
            where old_events.id not in (select today.id from {{ ref('stg_production__events') }} as today)
        )
        + (select count(*) filter (deleted_at is null) from {{ ref('stg_production__notes') }}) as expected
)

select * from counts
where made <> expected
