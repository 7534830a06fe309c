-- Letters are at least as many as housings reached in each year, and ended follow-ups as those that were not vacant; none is 0, not unknown.
{% for year in contact_years() %}
    select
        id,
        {{ year }} as sent_year
    from {{ ref('marts_production_establishments') }}
    where
        coalesce(contacts_number_{{ year }} > contacted_housing_{{ year }}, true)
        or coalesce(
            contacted_housing_followup_ended_not_vacant_{{ year }} > contacted_housing_followup_ended_{{ year }}, true
        )
    {{ 'union all' if not loop.last }}
{% endfor %}
