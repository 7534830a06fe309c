{#- The columns' names say the years: 2025, from 2019 and from 2024. -#}
{%- set vacancy = ['faible', 'peu importante', 'assez importante', 'très importante'] -%}
{%- set counts, rates, changes = [], [], [] -%}
{%- for word in vacancy -%}
    {%- do counts.append('Vacance relative ' ~ word) -%}
    {%- do rates.append('Taux de vacance relative ' ~ word) -%}
{%- endfor -%}
{%- for word in ['très négative', 'assez négative', 'assez positive', 'très positive'] -%}
    {%- do changes.append('Évolution ' ~ word) -%}
{%- endfor -%}
{%- set measures = [
    ('housing_vacant', '2025', counts),
    ('housing_vacant_rate', '2025', rates),
    ('housing_vacant_evolution', '19_25', changes),
    ('housing_vacant_rate_evolution', '19_25', changes),
] -%}
{%- set scopes = [('', 'everywhere'), ('same_as_', 'level')] -%}

with yearly as (
    select
        morphology.establishment_id,
        establishments.kind as establishment_kind,
        establishments.hierarchy_level as establishment_echelon,
        morphology.year,
        morphology.count_vacant_housing_private_fil_ccthp,
        -- the figure that is published for the year
        morphology.count_vacant_housing_private_fil_public as housing_vacant,
        {{ percent_of('morphology.count_vacant_housing_private_fil_public', 'morphology.count_housing_private') }}
            as housing_vacant_rate,
        {{ percent_of('morphology.count_vacant_housing_private_fil_ccthp', 'morphology.count_housing_private') }}
            as compared_rate
    from {{ ref('marts_public_establishments_morphology') }} as morphology
    inner join {{ ref('int_production__establishments') }} as establishments
        on morphology.establishment_id = cast(establishments.establishment_id as varchar)
),

measured as (
    select
        present.*,
        -- the published rule is another one since 2025: a change compares what one rule counts, with V on both sides
        present.count_vacant_housing_private_fil_ccthp - at_first.count_vacant_housing_private_fil_ccthp
            as housing_vacant_evolution,
        round(present.compared_rate - at_first.compared_rate, 2) as housing_vacant_rate_evolution,
        present.count_vacant_housing_private_fil_ccthp - before.count_vacant_housing_private_fil_ccthp
            as housing_vacant_evolution_24_25,
        round(present.compared_rate - before.compared_rate, 2) as housing_vacant_rate_evolution_24_25
    from yearly as present
    left join yearly as at_first on present.establishment_id = at_first.establishment_id and at_first.year = 2019
    left join yearly as before on present.establishment_id = before.establishment_id and before.year = 2024
    where present.year = 2025
),

everywhere as (
    select
    {%- for measure, period, labels in measures %}
            quantile_cont(cast({{ measure }} as double), [0.25, 0.5, 0.75]) as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
    from measured
),

level as (
    select
        establishment_echelon,
    {%- for measure, period, labels in measures %}
        quantile_cont(cast({{ measure }} as double), [0.25, 0.5, 0.75]) as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
    from measured
    group by establishment_echelon
)

select
    measured.establishment_id,
    measured.establishment_kind,
    measured.establishment_echelon,
    measured.year as data_year,
    measured.count_vacant_housing_private_fil_ccthp,
    measured.housing_vacant as count_vacant_housing_private_fil_public,
    measured.housing_vacant_rate,
    {%- for measure, period, labels in measures %}
        {%- for prefix, scope in scopes %}
            round(measured.{{ measure }} - {{ scope }}.{{ measure }}[2], 2)
                as {{ measure }}_compared_{{ prefix }}{{ period }},
            {{ quartile_label('measured.' ~ measure, scope ~ '.' ~ measure, labels) }}
                as kind_{{ measure }}_{{ prefix }}{{ period }},
        {%- endfor %}
    {%- endfor %}
    measured.housing_vacant_evolution as housing_vacant_evolution_19_25,
    measured.housing_vacant_rate_evolution as housing_vacant_rate_evolution_19_25,
    measured.housing_vacant_evolution_24_25,
    measured.housing_vacant_rate_evolution_24_25
from measured
cross join everywhere
left join level on measured.establishment_echelon = level.establishment_echelon
