"""Tell how a run went, in one table, and what to do next."""

from __future__ import annotations

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from jobs.pipelines.execution import Outcome
from jobs.settings import Settings
from jobs.telemetry.records import POD_START, all_unchanged

_UNCHANGED = "[green]unchanged[/green]"
_STATES = {
    "done": "[green]done[/green]",
    "failed": "[red]failed[/red]",
    "running": "[yellow]stopped[/yellow]",
}


def show(console: Console, settings: Settings, outcome: Outcome) -> None:
    """Print stage, rows, seconds, tests passed and state of each step; then the next commands."""
    record = outcome.record
    if console.quiet and record.exit_code:
        click.echo(f"zlv: {record.message or 'the run failed'}", err=True)
    table = Table(title=f"{record.pipeline} · {record.run_id}", title_justify="left", title_style="bold")
    table.add_column("stage")
    for name in ("rows", "seconds", "tests passed"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for step in outcome.steps:
        table.add_row(
            escape(step.step),
            _count(step.rows),
            f"{step.seconds or 0:.1f}",
            _count(step.tests),
            _UNCHANGED if step.unchanged else _STATES.get(step.status, step.status),
        )
    known = {step.step for step in outcome.steps}
    for task, why in outcome.left_out.items():
        if task not in known:
            table.add_row(escape(task), "", "", "", f"[dim]{escape(why)}[/dim]")
    tests = sum(step.tests for step in outcome.steps)
    table.add_section()
    table.add_row(
        "total",
        "",  # every step counts the same rows once more
        f"{record.seconds or 0:.1f}",
        f"{tests:,}",
        _UNCHANGED if record.status == "done" and all_unchanged(outcome.steps) else _STATES[record.status],
    )
    console.print(table)
    if starts := [step.facts[POD_START] for step in outcome.steps if POD_START in step.facts]:
        whole = record.seconds or 0
        console.print(f"pods' starts: {sum(starts):.0f} s of {whole:.0f} s", highlight=False)
    for note in dict.fromkeys(note for step in outcome.steps for note in step.notes):
        console.print(f"[yellow]·[/yellow] {escape(note)}", soft_wrap=True, highlight=False)
    if record.exit_code == 0:
        _next(console, settings, record.run_id)
    else:
        _resume(console, settings, outcome)


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def _next(console: Console, settings: Settings, run_id: str) -> None:
    lines = [("zlv status", "how fresh each file is"), (f"zlv trace {run_id}", "where the time went")]
    if settings.clean_file.exists():
        console.print(
            f"\nclean file: [bold]{escape(str(settings.clean_file))}[/bold]", soft_wrap=True, highlight=False
        )
        lines.append(("zlv sql --clean", "ask it questions"))
    _commands(console, lines)


def _resume(console: Console, settings: Settings, outcome: Outcome) -> None:
    record, failed = outcome.record, outcome.first_failure
    console.print(
        f"\n[red]{escape(record.message or 'the run failed')}[/red]", soft_wrap=True, highlight=False
    )
    if failed is not None:
        console.print(
            f"log: {settings.runs_dir / record.run_id / 'logs' / f'{failed.step}.log'}",
            soft_wrap=True,
            highlight=False,
            markup=False,
        )
    _commands(
        console,
        [
            (record.way_on, "goes on; what is done is not run again"),
            (f"zlv trace {record.run_id}", "what ran"),
        ],
    )


def _commands(console: Console, lines: list[tuple[str, str]]) -> None:
    width = max(len(command) for command, _ in lines)
    for command, what in lines:
        console.print(f"  {command.ljust(width)}  [dim]{what}[/dim]", soft_wrap=True, highlight=False)
