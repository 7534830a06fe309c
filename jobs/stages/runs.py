"""List the runs: `zlv runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from jobs.settings import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON.")
@click.option("-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, from the newest.")
def runs(as_json: bool, number: int) -> None:
    """List the runs, newest first.

    Example: zlv runs -n 5 --json
    """
    import json
    from datetime import datetime
    from itertools import islice

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from jobs.settings import read_settings
    from jobs.telemetry.records import run_ids

    settings = read_settings()
    found = [describe(settings, run_id) for run_id in islice(run_ids(settings.runs_dir), number)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(f"no run yet in {settings.runs_dir}; start one with: zlv run daily")
        return
    styles = {"done": "green", "failed": "red", "running": "cyan"}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("run", "pipeline", "started", "seconds", "state", "failed step"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for run in found:
        started = datetime.fromtimestamp(run["started"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        seconds = "" if run["seconds"] is None else f"{run['seconds']:.1f}"
        failed = ": ".join(str(part).splitlines()[0] for part in (run["failed_step"], run["message"]) if part)
        state = f"[{styles.get(run['state'], 'yellow')}]{run['state']}[/]"
        table.add_row(run["run_id"], run["pipeline"], started, seconds, state, escape(failed))
    Console(soft_wrap=True).print(table)


def describe(settings: Settings, run_id: str) -> dict[str, Any]:
    """Tell one run: times, state (done, failed, running, interrupted), and the step that failed with its sentence.

    A stage that ran alone is a run whose pipeline is its own name.
    """
    from jobs.pipelines.lock import held_by
    from jobs.telemetry.records import read_run, read_steps

    record, steps = read_run(settings.runs_dir, run_id), read_steps(settings.runs_dir, run_id)
    failed = next((step for step in steps if step.status == "failed"), None)
    main = record or steps[0]
    state = main.status
    if record is not None and state == "running" and record.executor == "local" and held_by(settings.runs_dir) != run_id:
        state = "interrupted"
    message = failed.message if failed else main.message
    return {
        "run_id": run_id,
        "pipeline": record.pipeline if record else steps[0].stage,
        "started": main.started,
        "ended": main.ended,
        "seconds": main.seconds,
        "state": state,
        "exit_code": main.exit_code,
        "failed_step": failed.step if failed and state != "done" else None,
        "message": message if state != "done" else None,
        "rows": sum(step.rows for step in steps),
        "tests": sum(step.tests for step in steps),
    }
