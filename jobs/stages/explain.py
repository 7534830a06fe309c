"""Command `explain`: what is behind a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jobs.inspection.explain import Explanation, Step


@click.command()
@click.argument("mart")
@click.option("--where", required=True, help="A condition on the mart's columns that names the row.")
@click.option("--column", "columns", multiple=True, help="Show only this column of the row (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def explain(mart: str, where: str, columns: tuple[str, ...], as_json: bool) -> None:
    """Tell which models, filters and sources are behind a number of a mart.

    Of each model and source, nearest first: its rule, its rows, how many of them meet the condition where it
    has those columns, and what its query leaves out. Counts only: no row of a model is shown, and a
    condition is not tried on columns that name persons.

    Example: zlv explain marts_lovac_flows --where "territory_code = '67482' AND year = 2024" --column
    stock_count
    """
    import json
    from dataclasses import asdict

    from jobs.catalog import load_catalog
    from jobs.inspection.explain import explain_mart
    from jobs.settings import read_settings

    settings = read_settings()
    found = explain_mart(settings, load_catalog(settings.catalog_dirs), mart, where, columns)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=1, default=str))
        return
    _print(found)


def _print(found: Explanation) -> None:
    click.echo(f"{found.mart}: one row per {', '.join(found.grain)}; owner {found.owner}")
    click.echo(f"  {found.rule}")
    if found.source_of_rule:
        click.echo(f"  source of the rule: {found.source_of_rule}")
    if found.row is None:
        click.echo(
            f"\n{found.rows} rows meet the condition; add conditions on {', '.join(found.grain)} to see one."
        )
    else:
        click.echo("")
        for name, value in found.row.items():
            click.echo(f"{name} = {'–' if value is None else value}    {found.columns[name]}")
    click.echo("\nMade of, nearest first:")
    for step in found.steps[1:]:
        _print_step(step)
    failed = {name: status for name, status in found.tests.items() if status not in ("pass", "success")}
    click.echo(
        f"\n{len(found.tests)} tests read this mart; at the last build {len(found.tests) - len(failed)}"
        " passed."
    )
    for name, status in failed.items():
        click.echo(f"  {name}: {status}")


def _print_step(step: Step) -> None:
    meets = "" if step.matching is None else f", {step.matching} meet {' AND '.join(step.matched_on)}"
    click.echo(f"{'  ' * step.distance}{step.name} ({step.kind}): {step.rows} rows{meets}")
    inside = "  " * (step.distance + 1)
    if step.rule:
        click.echo(f"{inside}{step.rule}")
    for text in step.filters:
        click.echo(f"{inside}keeps: {text}")
    for name, value in step.loaded.items():
        if value not in (None, {}) and name != "content":
            click.echo(f"{inside}{name}: {', '.join(value) if isinstance(value, dict) else value}")
