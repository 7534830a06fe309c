select
    campaigns.campaign_id,
    campaigns.establishment_id,
    campaigns.created_at,
    campaigns.validated_at,
    campaigns.confirmed_at,
    campaigns.sent_at,
    -- history adds returns up: a campaign that was never sent has none
    {% for months in return_months() %}
        coalesce(returns.return_count_{{ months }}_months, 0) as return_count_{{ months }}_months,
    {% endfor %}
    returns.housing_number_in_campaign
from {{ ref('int_production__campaigns') }} as campaigns
inner join {{ ref('int_production__campaign_returns') }} as returns on campaigns.campaign_id = returns.campaign_id
