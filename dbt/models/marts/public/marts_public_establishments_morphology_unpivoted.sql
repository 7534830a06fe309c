{#- One column per LOVAC year of the catalog; the yml beside is generated from it. -#}
{%- set years = millesimes_of('lovac') -%}

with indicators as (
    select
        establishment_id,
        year,
        unnest([
            {%- for indicator, label in morphology_indicators() %}
                {
                    'code': '{{ indicator }}',
                    'label': '{{ label }}',
                    'amount': cast({{ indicator }} as decimal(38, 3))
                }{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as indicator
    from {{ ref('marts_public_establishments_morphology') }}
),

pivoted as (
    select
        {%- for year in years %}
            any_value(indicator.amount) filter (where year = {{ year }}) as "{{ year }}",
        {%- endfor %}
        establishment_id,
        indicator.code as count_type,
        indicator.label as count_label
    from indicators
    group by all
)

select
    {%- for year in years %}
        "{{ year }}",
    {%- endfor %}
    {%- for year in years[1:] | reverse %}
        {%- set before = years[years.index(year) - 1] %}
        cast("{{ year }}" - "{{ before }}" as decimal(38, 3)) as var_{{ year }}_{{ before }},
        case
            when "{{ before }}" <> 0
                then round(cast(100 as double) * ("{{ year }}" - "{{ before }}") / "{{ before }}", 2)
        end as var_pct_{{ year }}_{{ before }},
    {%- endfor %}
    establishment_id,
    count_type,
    count_label
from pivoted
