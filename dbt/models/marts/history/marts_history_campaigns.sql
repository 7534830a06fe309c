{%- set acts = ['validated', 'confirmed', 'sent'] -%}

with counted as (
    select
        months.month,
        campaigns.establishment_id,
        count(*) as count_campaigns,
        {%- for act in acts %}
            count(campaigns.{{ act }}_at) as count_campaigns_{{ act }},
        {%- endfor %}
        {%- for n in return_months() %}
            sum(campaigns.return_count_{{ n }}_months) as return_count_{{ n }}_months,
        {%- endfor %}
        sum(campaigns.housing_number_in_campaign) as housing_number_in_campaigns,
        sum(campaigns.housing_number_in_campaign) filter (where campaigns.sent_at is not null)
            as housing_number_in_sent_campaigns
    from {{ ref('int_history__months') }} as months
    inner join {{ ref('history_campaigns') }} as campaigns
        on
            months.last_known_day >= campaigns.dbt_valid_from
            and (campaigns.dbt_valid_to is null or months.last_known_day < campaigns.dbt_valid_to)
    group by months.month, campaigns.establishment_id
)

select
    counted.month,
    counted.establishment_id,
    case when months.days_known > 0 then counted.count_campaigns end as count_campaigns,
    {%- for act in acts %}
        case when months.days_known > 0 then counted.count_campaigns_{{ act }} end as count_campaigns_{{ act }},
    {%- endfor %}
    case when months.days_known > 0 then cast(counted.housing_number_in_campaigns as bigint) end
        as housing_number_in_campaigns,
    case when months.days_known > 0 then cast(coalesce(counted.housing_number_in_sent_campaigns, 0) as bigint) end
        as housing_number_in_sent_campaigns,
    {%- for n in return_months() %}
        case when months.days_known > 0 then cast(counted.return_count_{{ n }}_months as bigint) end
            as return_count_{{ n }}_months,
    {%- endfor %}
    months.known_on,
    months.days_known,
    months.days_missed
from counted
inner join {{ ref('int_history__months') }} as months on counted.month = months.month
