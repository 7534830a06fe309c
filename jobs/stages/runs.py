"""List the runs: `zlv runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from jobs.settings import Settings
    from jobs.telemetry.records import RunRecord, StepRecord


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the runs as JSON.")
@click.option(
    "-n", "--number", type=click.IntRange(1), default=20, show_default=True, help="How many, from the newest."
)
@click.option(
    "-N", "--namespace", help="Read the runs that a cluster's Jobs tell of, instead of the volume's records."
)
def runs(as_json: bool, number: int, namespace: str | None) -> None:
    """List the runs, newest first.

    Example: zlv runs -n 5 --json
    """
    import json
    from datetime import datetime
    from itertools import islice

    from rich.markup import escape
    from rich.table import Table

    from jobs.settings import read_settings
    from jobs.telemetry.records import run_ids
    from jobs.telemetry.terminal import console

    settings = read_settings()
    if namespace is None:
        found = [describe(settings, run_id) for run_id in islice(run_ids(settings.runs_dir), number)]
    else:
        from jobs.pipelines.kubernetes.cluster import connect
        from jobs.pipelines.kubernetes.runs import runs_in_cluster

        listing = islice(runs_in_cluster(connect(settings, namespace)), number)
        found = [tell(run.record, run.steps, run.record.status, run.record.run_id) for run in listing]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(f"no run yet in {namespace or settings.runs_dir}; start one with: zlv run daily")
        return
    styles = {"done": "green", "failed": "red", "running": "cyan"}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("run", "pipeline", "started", "seconds", "state", "failed step"):
        table.add_column(name, justify="right" if name == "seconds" else "left", overflow="fold")
    for run in found:
        started = datetime.fromtimestamp(run["started"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        seconds = "" if run["seconds"] is None else f"{run['seconds']:.1f}"
        failed = ": ".join(str(part).splitlines()[0] for part in (run["failed_step"], run["message"]) if part)
        failed += f" ({run['attempts']} attempts)" if (run["attempts"] or 1) > 1 else ""
        state = f"[{styles.get(run['state'], 'yellow')}]{run['state']}[/]"
        table.add_row(run["run_id"], run["pipeline"], started, seconds, state, escape(failed))
    console().print(table)


def describe(settings: Settings, run_id: str) -> dict[str, Any]:
    """Tell one run: times, state (done, failed, running, interrupted), and the step that failed with its
    sentence.

    A stage that ran alone is a run whose pipeline is its own name.
    """
    from jobs.pipelines.lock import held_by
    from jobs.telemetry.records import read_run, read_steps

    record, steps = read_run(settings.runs_dir, run_id), read_steps(settings.runs_dir, run_id)
    state = record.status if record else steps[0].status
    if record is not None and state == "running" and held_by(settings.runs_dir) != run_id:
        state = "interrupted"
    return tell(record, steps, state, run_id)


def tell(record: RunRecord | None, steps: list[StepRecord], state: str, run_id: str) -> dict[str, Any]:
    """Tell a run from its record and those of its steps, with how often the step that failed was tried."""
    main = record or steps[0]
    failed = next((step for step in steps if step.status == "failed"), None)
    waiting = next((step for step in steps if step.status == "running" and step.message), None)
    message = failed.message if failed else main.message
    if message is None and waiting is not None:
        message = f"{waiting.step} {waiting.message}"
    return {
        "run_id": run_id,
        "pipeline": record.pipeline if record else steps[0].stage,
        "started": main.started,
        "ended": main.ended,
        "seconds": main.seconds,
        "state": state,
        "exit_code": main.exit_code,
        "failed_step": failed.step if failed and state != "done" else None,
        "attempts": failed.attempt if failed and state != "done" else None,
        "message": message if state != "done" else None,
        "notes": record.notes if record else [],
        "rows": sum(step.rows for step in steps),
        "tests": sum(step.tests for step in steps),
    }
