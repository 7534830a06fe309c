-- an ending counts in its own year, whatever the year of the sending
with contacts as (
    select
        campaigns.establishment_id,
        campaigns.sent_at,
        links.housing_geo_code,
        links.housing_id,
        row(links.housing_geo_code, links.housing_id) as housing
    from {{ ref('stg_production__campaigns_housing') }} as links
    inner join {{ ref('int_production__campaigns') }} as campaigns on links.campaign_id = campaigns.campaign_id
    where campaigns.sent_at is not null and campaigns.establishment_id is not null
),

endings as (
    select
        housing_geo_code,
        housing_id,
        created_at,
        coalesce({{ normalised_label('new_sub_status') }} = 'n etait pas vacant', false)
        or coalesce({{ normalised_label('new_status_raw') }} = 'non vacant', false) as is_not_vacant
    from {{ ref('int_production__updates') }}
    where housing_id is not null and status_changed and new_status = 4 and user_source = 'user'
),

acts as (
    select
        establishment_id,
        year(sent_at) as act_year,
        'sent' as act,
        housing,
        false as is_not_vacant
    from contacts
    union all
    select
        contacts.establishment_id,
        year(endings.created_at) as act_year,
        'ended' as act,
        contacts.housing,
        endings.is_not_vacant
    from contacts
    inner join endings
        on
            contacts.housing_geo_code = endings.housing_geo_code
            and contacts.housing_id = endings.housing_id
            and contacts.sent_at <= endings.created_at
)

select
    establishment_id,
{% for year in contact_years() %}
    count(*) filter (where act_year = {{ year }} and act = 'sent') as contacted_housing_{{ year }},
    count(distinct housing) filter (where act_year = {{ year }} and act = 'sent') as contacts_number_{{ year }},
    count(distinct housing) filter (where act_year = {{ year }} and act = 'ended')
        as contacted_housing_followup_ended_{{ year }},
    count(distinct housing) filter (where act_year = {{ year }} and act = 'ended' and is_not_vacant)
        as contacted_housing_followup_ended_not_vacant_{{ year }}{{ ',' if not loop.last }}
{% endfor %}
from acts
group by establishment_id
