-- A vacancy off by one dwelling against the figure of its millésime is told; by more than its tolerance, it is refused.
{{ config(severity='warn') }}

select *
from ({{ expected_public_figures() }}) as figures
where public_figure <> expected_figure
