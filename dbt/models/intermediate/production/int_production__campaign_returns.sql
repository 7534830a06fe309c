with housings as (
    select
        campaign_id,
        count(*) as housing_number_in_campaign
    from {{ ref('stg_production__campaigns_housing') }}
    group by campaign_id
),

events as (
    select
        events.*,
        row(events.housing_geo_code, events.housing_id) as housing,
        campaigns.sent_at,
        campaigns.next_campaign_sent_at
    from {{ ref('int_production__campaign_events') }} as events
    inner join {{ ref('int_production__campaigns') }} as campaigns on events.campaign_id = campaigns.campaign_id
),

counts as (
    select
        campaign_id,
        {% for months in return_months() %}
            count(distinct housing) filter (
                where is_return and created_at <= sent_at + interval {{ months }} month
            ) as return_count_{{ months }}_months,
            count(distinct housing) filter (
                where is_return
                and created_at <= sent_at + interval {{ months }} month
                and (next_campaign_sent_at is null or created_at < next_campaign_sent_at)
            ) as return_count_{{ months }}_months_before_next_campaign,
        {% endfor %}
        min(created_at) filter (where is_return) as first_event_global_date,
        max(created_at) filter (where is_return) as last_event_global_date,
        min(created_at) filter (where is_followup) as first_event_followup_date,
        max(created_at) filter (where is_followup) as last_event_followup_date,
        min(created_at) filter (where is_ownership) as first_event_ownership_date,
        max(created_at) filter (where is_ownership) as last_event_ownership_date
    from events
    group by campaign_id
)

select
    campaigns.campaign_id,
    coalesce(housings.housing_number_in_campaign, 0) as housing_number_in_campaign,
    {% for months in return_months() %}
        {% for end in ['', '_before_next_campaign'] %}
            {%- set count = 'return_count_' ~ months ~ '_months' ~ end %}
            {{ of_sent_campaigns('coalesce(counts.' ~ count ~ ', 0)') }} as {{ count }},
            {{ of_sent_campaigns('100.0::double * coalesce(counts.' ~ count ~ ', 0)') }}
            / housings.housing_number_in_campaign as return_rate_{{ months }}_months{{ end }},
        {% endfor %}
        {{ of_sent_campaigns(
            'cast(coalesce(campaigns.next_campaign_sent_at <= campaigns.sent_at + interval ' ~ months ~ ' month, false) as integer)'
        ) }} as has_next_campaign_in_{{ months }}_months,
    {% endfor %}
    counts.first_event_global_date,
    counts.last_event_global_date,
    counts.first_event_followup_date,
    counts.last_event_followup_date,
    counts.first_event_ownership_date,
    counts.last_event_ownership_date
from {{ ref('int_production__campaigns') }} as campaigns
left join housings on campaigns.campaign_id = housings.campaign_id
left join counts on campaigns.campaign_id = counts.campaign_id
