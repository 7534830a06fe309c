-- Counts, rates and changes come from the morphology; a gap is the value less one median per scope: half of a scope lies on each
-- side, and the two next to the median are as far from it, unless one of them is the median.
{%- set measures = {
    'housing_vacant': ('count_vacant_housing_private_fil_public', '2025'), 'housing_vacant_rate': ('housing_vacant_rate', '2025'),
    'housing_vacant_evolution': ('housing_vacant_evolution_19_25', '19_25'),
    'housing_vacant_rate_evolution': ('housing_vacant_rate_evolution_19_25', '19_25'),
} %}
with figures as (
    select
        establishment_id,
        {%- for year in (2019, 2024, 2025) %}
        max(count_vacant_housing_private_fil_ccthp) filter (where year = {{ year }}) as ccthp_{{ year }},
        round(
            max(100.0 * count_vacant_housing_private_fil_ccthp / nullif(count_housing_private, 0)) filter (where year = {{ year }}), 2
        ) as compared_{{ year }},
        {%- endfor %}
        max(count_vacant_housing_private_fil_public) filter (where year = 2025) as public_2025,
        round(
            max(100.0 * count_vacant_housing_private_fil_public / nullif(count_housing_private, 0)) filter (where year = 2025), 2
        ) as rate_2025
    from {{ ref('marts_public_establishments_morphology') }}
    group by establishment_id
),

sides as (
    {%- for measure, (value, period) in measures.items() %}
    {%- for prefix, scope in (('', '0'), ('same_as_', 'establishment_echelon')) %}
    select
        '{{ measure }}_{{ prefix }}' as gap,
        {{ scope }} as scope,
        max({{ value }} - {{ measure }}_compared_{{ prefix }}{{ period }})
        - min({{ value }} - {{ measure }}_compared_{{ prefix }}{{ period }}) as medians_apart,
        count(*) filter (where {{ measure }}_compared_{{ prefix }}{{ period }} < 0) as below,
        count(*) filter (where {{ measure }}_compared_{{ prefix }}{{ period }} > 0) as above,
        count({{ measure }}_compared_{{ prefix }}{{ period }}) as held,
        min({{ measure }}_compared_{{ prefix }}{{ period }}) filter (where {{ measure }}_compared_{{ prefix }}{{ period }} >= 0)
        + max({{ measure }}_compared_{{ prefix }}{{ period }}) filter (where {{ measure }}_compared_{{ prefix }}{{ period }} <= 0)
            as lopsided
    from {{ ref('marts_public_establishments_morphology_catagorized') }}
    where {{ scope }} is not null
    group by all
    {{ 'union all' if not (loop.last and measure == 'housing_vacant_rate_evolution') }}
    {%- endfor %}
    {%- endfor %}
)

select made.establishment_id
from {{ ref('marts_public_establishments_morphology_catagorized') }} as made
inner join figures on made.establishment_id = figures.establishment_id
inner join {{ ref('int_production__establishments') }} as kinds
    on made.establishment_id = cast(kinds.establishment_id as varchar)
where
    made.establishment_kind is distinct from kinds.kind
    or made.establishment_echelon is distinct from kinds.hierarchy_level
    or made.count_vacant_housing_private_fil_ccthp is distinct from figures.ccthp_2025
    or made.count_vacant_housing_private_fil_public is distinct from figures.public_2025
    or abs(made.housing_vacant_rate - figures.rate_2025) > 0.011
    or made.housing_vacant_evolution_19_25 is distinct from figures.ccthp_2025 - figures.ccthp_2019
    or made.housing_vacant_evolution_24_25 is distinct from figures.ccthp_2025 - figures.ccthp_2024
    or abs(made.housing_vacant_rate_evolution_19_25 - (figures.compared_2025 - figures.compared_2019)) > 0.021
    or abs(made.housing_vacant_rate_evolution_24_25 - (figures.compared_2025 - figures.compared_2024)) > 0.021
union all
select gap from sides where medians_apart > 0.011 or below > held / 2 or above > held / 2 or abs(lopsided) > 0.011
