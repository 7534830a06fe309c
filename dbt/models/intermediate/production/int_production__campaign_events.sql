{{ config(materialized='table') }}

{%- set last_month = return_months() | max %}

-- of a campaign that is not sent no moment lies between its ends
with sent_housings as (
    select
        links.campaign_id,
        links.housing_geo_code,
        links.housing_id,
        campaigns.sent_at,
        campaigns.sent_at + interval {{ last_month }} month as ends_at
    from {{ ref('stg_production__campaigns_housing') }} as links
    inner join {{ ref('int_production__campaigns') }} as campaigns on links.campaign_id = campaigns.campaign_id
),

user_events as (
    select
        id,
        created_at,
        housing_geo_code,
        housing_id,
        owner_id,
        type in ('housing:status-updated', 'housing:occupancy-updated')
        and (status_changed or occupancy_changed) as is_return,
        type = 'housing:status-updated' as is_followup,
        type like 'owner:%' or type like 'housing:owner-%' as is_ownership
    from {{ ref('int_production__events') }}
    where user_source = 'user'
),

on_housings as (
    select
        sent_housings.campaign_id,
        sent_housings.housing_geo_code,
        sent_housings.housing_id,
        user_events.id as event_id,
        user_events.created_at,
        user_events.is_return,
        user_events.is_followup,
        user_events.is_ownership
    from sent_housings
    inner join user_events
        on
            sent_housings.housing_geo_code = user_events.housing_geo_code
            and sent_housings.housing_id = user_events.housing_id
            and user_events.created_at between sent_housings.sent_at and sent_housings.ends_at
    where user_events.is_return or user_events.is_followup or user_events.is_ownership
),

-- events of an owner reach the housings that he owns
on_owners as (
    select distinct
        sent_housings.campaign_id,
        sent_housings.housing_geo_code,
        sent_housings.housing_id,
        user_events.id as event_id,
        user_events.created_at,
        false as is_return,
        false as is_followup,
        true as is_ownership
    from sent_housings
    inner join {{ ref('stg_production__owners_housing') }} as owners
        on sent_housings.housing_geo_code = owners.housing_geo_code and sent_housings.housing_id = owners.housing_id
    inner join user_events
        on
            owners.owner_id = user_events.owner_id
            and user_events.created_at between sent_housings.sent_at and sent_housings.ends_at
    where owners.rank >= 1 and user_events.is_ownership and user_events.housing_id is null
)

select * from on_housings
union all
select * from on_owners
