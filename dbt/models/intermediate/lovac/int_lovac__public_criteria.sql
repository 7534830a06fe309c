select
    criteria.year,
    criteria.public_criterion
from (
    values
    -- keeps the table's shape when no LOVAC is declared
    (cast(null as integer), cast(null as varchar))
    {{ public_criteria() }}
) as criteria (year, public_criterion)
where criteria.year is not null
