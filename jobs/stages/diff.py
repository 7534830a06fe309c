"""Command `diff`: what moved between two releases, and what changed behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from jobs.inspection.mart_diff import MartDiff


@click.command()
@click.argument("before", metavar="RELEASE")
@click.argument("after", metavar="RELEASE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
def diff(before: str, after: str, as_json: bool) -> None:
    """Tell what moved between two releases, and what changed behind it.

    Per mart: columns, rows added, removed and changed by its grain, totals of its measures, and the
    models and sources behind it that changed. A release that the clean volume no longer keeps is
    fetched from S3. Names are those that `zlv status` shows; `last` is the one that is shown, `previous` the
    one that it replaced.

    Example: zlv diff previous last
    """
    import json
    import tempfile
    from dataclasses import asdict
    from pathlib import Path

    from jobs.inspection.release_diff import diff_releases
    from jobs.releases.kept import find_release
    from jobs.settings import read_settings

    settings = read_settings()
    settings.spill_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.spill_dir) as folder:
        paths = [find_release(settings, name, Path(folder)) for name in (before, after)]
        found = diff_releases(settings, *paths)
    if as_json:
        marts = [{**asdict(mart), "moved": mart.moved} for mart in found]
        click.echo(
            json.dumps({"before": before, "after": after, "marts": marts}, ensure_ascii=False, indent=1)
        )
        return
    _print(found)


def _print(found: list[MartDiff]) -> None:
    from jobs.telemetry.terminal import console

    out = console(markup=False)
    for mart in found:
        if mart.moved:
            _moved(out, mart)
        else:
            out.print(f"{mart.table}: no change, {mart.rows[1]} rows")


def _moved(console: Console, mart: MartDiff) -> None:
    from rich.table import Table

    before, after = mart.rows
    if before is None or after is None:
        console.print(
            f"\n{mart.table}: {'new table' if before is None else 'table removed'}, {after or before or 0}"
            " rows"
        )
        return
    grain = f"by {', '.join(mart.grain)}" if mart.grain else "whole rows, the grain is unknown"
    changed = "" if mart.rows_changed is None else f", {mart.rows_changed} changed"
    console.print(
        f"\n{mart.table}: {before} → {after} rows; {mart.rows_added} added, {mart.rows_removed}"
        f" removed{changed} ({grain})"
    )
    shape = {
        "columns added": mart.columns_added,
        "columns removed": mart.columns_removed,
        "columns of another type": mart.columns_retyped,
    }
    for title, names in shape.items():
        if names:
            console.print(f"  {title}: {', '.join(names)}")
    if mart.changed_in:
        console.print(
            f"  rows changed in: {', '.join(f'{name} {count}' for name, count in mart.changed_in.items())}"
        )
    for title, changes in (("models", mart.models), ("sources", mart.sources)):
        console.print(
            f"  {title} that changed: {'unknown' if changes is None else ', '.join(changes) or 'none'}"
        )
    if mart.totals:
        table = Table("measure", "of all rows", "before", "after", "change", box=None, padding=(0, 2))
        for total in mart.totals:
            percent = "" if total.percent is None else f"{total.percent:+.2f} %"
            table.add_row(total.column, total.kind, _number(total.before), _number(total.after), percent)
        console.print(table)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value == int(value) else f"{value:.4f}"
