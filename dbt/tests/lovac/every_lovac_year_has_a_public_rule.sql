-- A new LOVAC needs a line in the seed lovac_public_criteria.
select distinct premises.data_year
from {{ ref('stg_lovac__premises') }} as premises
left join {{ ref('lovac_public_criteria') }} as criteria on premises.data_year = criteria.year
where criteria.year is null
