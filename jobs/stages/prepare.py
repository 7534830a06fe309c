"""Check settings and connections, and write the S3 secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from jobs.inspection.preparation import Outcome


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as a JSON list instead of a table.")
def prepare(as_json: bool) -> None:
    """Check settings and connections, and write the S3 secret.

    Prints every check in one table. 64: something is wrong; 75: something cannot be reached now.

    Example: zlv prepare
    """
    from jobs.inspection.preparation import check_connections, check_folders
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    settings = read_settings()
    folders = check_folders(settings)
    if any(outcome.error is not None for outcome in folders if outcome.name == "runs"):
        # No record can be written there: this is said before one is begun.
        _finish(folders, as_json)
    with stage(settings, "prepare") as run:
        outcomes = [*folders, *check_connections(settings, run)]
        run.facts(checks=len(outcomes), failed=sum(outcome.error is not None for outcome in outcomes))
        for outcome in outcomes:
            if outcome.told:
                run.note(f"{outcome.name}: {outcome.text}")
        _finish(outcomes, as_json)


def _finish(outcomes: list[Outcome], as_json: bool) -> None:
    """Show every outcome, and raise when one of them is a fault."""
    from jobs.errors import SettingsError, Temporary

    if as_json:
        told = [{"check": each.name, "state": each.state, "found": each.text} for each in outcomes]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _print(outcomes)
    faults = [outcome.error for outcome in outcomes if outcome.error is not None]
    if faults:
        kind = Temporary if all(isinstance(error, Temporary) for error in faults) else SettingsError
        raise kind(f"{len(faults)} of {len(outcomes)} checks failed: {_sentence(outcomes)}")


def _print(outcomes: list[Outcome]) -> None:
    from rich.table import Table

    from jobs.telemetry.terminal import console

    table = Table(title="zlv prepare", show_lines=False)
    table.add_column("check", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("found, or what is wrong and its cure", overflow="fold")
    styles = {"ok": None, "look": "yellow"}
    for outcome in outcomes:
        table.add_row(outcome.name, outcome.state, outcome.text, style=styles.get(outcome.state, "red"))
    console(markup=False).print(table)


def _sentence(outcomes: list[Outcome]) -> str:
    """Say what is wrong in one line, for whoever reads it without the table: an alert in a chat."""
    told = [outcome.text.splitlines()[0] for outcome in outcomes if outcome.error is not None]
    return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
