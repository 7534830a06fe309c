with counts as (
    select
        (select count(*) from {{ ref('marts_production_events') }}) as made,
        (select count(*) from {{ ref('stg_production__events') }})
        + (select count(*) filter (deleted_at is null) from {{ ref('stg_production__notes') }}) as expected
)

select * from counts
where made <> expected
