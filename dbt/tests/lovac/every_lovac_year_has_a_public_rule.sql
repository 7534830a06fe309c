-- The rule of a LOVAC year is declared in the catalog; an unknown year would give null figures.
select distinct premises.data_year
from {{ ref('stg_lovac__premises') }} as premises
left join {{ ref('int_lovac__public_criteria') }} as criteria on premises.data_year = criteria.year
where criteria.year is null
