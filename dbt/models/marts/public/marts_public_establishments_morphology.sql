select
    cast(cities.establishment_id as varchar) as establishment_id,
    morphology.year,
    any_value(morphology.public_criterion) as public_criterion,
{%- for indicator, label in morphology_indicators() %}
    cast(
        sum(morphology.{{ indicator }}) as {{ 'decimal(38, 3)' if indicator.startswith('sum_') else 'bigint' }}
    ) as {{ indicator }}{{ ',' if not loop.last }}
{%- endfor %}
from {{ ref('int_production__establishment_cities') }} as cities
inner join {{ ref('marts_common_morphology') }} as morphology on cities.geo_code = morphology.geo_code
group by cities.establishment_id, morphology.year
