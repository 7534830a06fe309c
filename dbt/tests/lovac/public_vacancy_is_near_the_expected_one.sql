-- A national figure that is far from that of its millésime is wrong: a part of the file is missing, or counted twice.
select *
from ({{ expected_public_figures() }}) as figures
where abs(public_figure - expected_figure) > tolerance * expected_figure
