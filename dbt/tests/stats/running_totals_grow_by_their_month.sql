{%- set counts = {
    'total_campaigns_created': 'cumulative_campaigns_created', 'total_campaigns_validated': 'cumulative_campaigns_validated',
    'total_campaigns_confirmed': 'cumulative_campaigns_confirmed', 'total_campaigns_sent': 'cumulative_campaigns_sent',
    'created_establishments': 'cumulative_created_establishments',
    'created_establishments_accounts': 'cumulative_created_establishments_accounts', 'created_users': 'cumulative_created_users',
} %}
with months as (
    select
        *,
        lag(month) over (order by month) as month_before
        {%- for count, total in counts.items() %},
        {{ total }} - lag({{ total }}) over (order by month) as grown_{{ count }}
        {%- endfor %}
    from {{ ref('marts_stats_monthly_global') }}
)

select month from months
where
    month <> month_before + interval 1 month
    {%- for count in counts %}
    or grown_{{ count }} <> {{ count }}
    {%- endfor %}
