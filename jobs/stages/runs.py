"""List the runs: `zlv runs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console


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
    from itertools import islice

    from jobs.inspection.run_state import describe, tell
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
    _print(console(), found)


def _print(out: Console, found: list[dict[str, Any]]) -> None:
    """Show a line per run; the sentence of a failure stands below where the line has no room for it."""
    from rich.text import Text

    from jobs.inspection.rows import laid_out
    from jobs.telemetry.moments import shown

    styles = {"done": "green", "failed": "red", "running": "cyan"}
    rows = [
        [
            run["run_id"],
            run["pipeline"],
            shown(run["started"]),
            "" if run["seconds"] is None else f"{run['seconds']:.1f}",
            Text("unchanged" if run["unchanged"] else run["state"], style=styles.get(run["state"], "yellow")),
        ]
        for run in found
    ]
    names = ["run", "pipeline", "started (Paris)", "seconds", "state"]
    head, *lines = laid_out(names, rows, out.width, right=("seconds",), spare=("pipeline", "seconds"))
    out.print(head, soft_wrap=True)
    for run, line in zip(found, lines, strict=True):
        failed = ": ".join(str(part).splitlines()[0] for part in (run["failed_step"], run["message"]) if part)
        failed += f" ({run['attempts']} attempts)" if (run["attempts"] or 1) > 1 else ""
        beside = failed and line.cell_len + 2 + len(failed) <= out.width
        out.print(Text.assemble(line, f"  {failed}") if beside else line, soft_wrap=True)
        if failed and not beside:
            out.print(Text(f"  {failed}"), soft_wrap=True)
