with contacts as (
    select
        campaigns.establishment_id,
        year(campaigns.sent_at) as sent_year,
        row(links.housing_geo_code, links.housing_id) as housing,
        last_events.is_followup_ended_by_user as is_ended,
        last_events.is_followup_ended_not_vacant_by_user as is_ended_not_vacant
    from {{ ref('stg_production__campaigns_housing') }} as links
    inner join {{ ref('int_production__campaigns') }} as campaigns on links.campaign_id = campaigns.campaign_id
    left join {{ ref('int_production__housing_last_events') }} as last_events
        on links.housing_geo_code = last_events.housing_geo_code and links.housing_id = last_events.housing_id
    where campaigns.sent_at is not null and campaigns.establishment_id is not null
)

select
    establishment_id,
{% for year in contact_years() %}
    count(*) filter (where sent_year = {{ year }}) as contacted_housing_{{ year }},
    count(distinct housing) filter (where sent_year = {{ year }}) as contacts_number_{{ year }},
    count(*) filter (where sent_year = {{ year }} and is_ended) as contacted_housing_followup_ended_{{ year }},
    count(*) filter (where sent_year = {{ year }} and is_ended_not_vacant)
        as contacted_housing_followup_ended_not_vacant_{{ year }}{{ ',' if not loop.last }}
{% endfor %}
from contacts
group by establishment_id
