{%- set acts = ['created', 'validated', 'confirmed', 'sent'] -%}

with spine as (
    select cast(spine.moment as date) as month
    from
        generate_series(
            timestamp '2020-01-01', cast({{ as_of_day() }} as timestamp), interval 1 month
        ) as spine (moment)
),

campaigns as (
    -- each act in its own month: a campaign created in May and sent in June counts once in each
    {%- for act in acts %}
        select
            cast(date_trunc('month', {{ act }}_at) as date) as month,
            '{{ act }}' as act
        from {{ ref('int_production__campaigns') }}
        where {{ act }}_at is not null
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

campaign_months as (
    select
        month,
    {%- for act in acts %}
        count(*) filter (where act = '{{ act }}') as {{ act }}{{ ',' if not loop.last }}
    {%- endfor %}
    from campaigns
    group by month
),

establishment_months as (
    select
        cast(date_trunc('month', first_activated_at) as date) as month,
        count(*) as establishments,
        sum(user_number) as accounts
    from {{ ref('int_production__establishment_users') }}
    where first_activated_at is not null
    group by all
),

user_months as (
    select
        cast(date_trunc('month', activated_at) as date) as month,
        count(*) as users
    from {{ ref('stg_production__users') }}
    where deleted_at is null and activated_at is not null
    group by all
),

-- what happened before the first month belongs to the running totals
months as (
    select month from spine
    union
    select month from campaign_months
    union
    select month from establishment_months
    union
    select month from user_months
),

counted as (
    select
        months.month,
        {%- for act in acts %}
            coalesce(campaign_months.{{ act }}, 0) as total_campaigns_{{ act }},
        {%- endfor %}
        coalesce(establishment_months.establishments, 0) as created_establishments,
        coalesce(establishment_months.accounts, 0) as created_establishments_accounts,
        coalesce(user_months.users, 0) as created_users
    from months
    left join campaign_months on months.month = campaign_months.month
    left join establishment_months on months.month = establishment_months.month
    left join user_months on months.month = user_months.month
),

cumulated as (
    select
        month,
        {%- for act in acts %}
            total_campaigns_{{ act }},
            cast(sum(total_campaigns_{{ act }}) over (order by month) as bigint) as cumulative_campaigns_{{ act }},
        {%- endfor %}
        created_establishments,
        cast(sum(created_establishments) over (order by month) as bigint) as cumulative_created_establishments,
        cast(created_establishments_accounts as bigint) as created_establishments_accounts,
        cast(sum(created_establishments_accounts) over (order by month) as bigint)
            as cumulative_created_establishments_accounts,
        created_users,
        cast(sum(created_users) over (order by month) as bigint) as cumulative_created_users
    from counted
)

select * from cumulated
where month in (select spine.month from spine)
