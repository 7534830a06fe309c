"""Show what a step of a run wrote: `zlv logs RUN STEP`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jobs.settings import Settings


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("step", metavar="STEP", required=False)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line, as without a terminal."
)
@click.option("-f", "--follow", is_flag=True, help="Read on until the step has ended.")
@click.option("-N", "--namespace", help="Read the log of the step's pod in this namespace.")
def logs(run_id: str, step: str | None, as_json: bool, follow: bool, namespace: str | None) -> None:
    """Show what a step of a run wrote.

    RUN is a run id of `zlv runs`, `last`, or `previous`; without STEP, the first step that failed, or that
    runs. A terminal shows time (of Paris), level, message and facts of each line; anything else gets the
    lines as they were written.

    Example: zlv logs last build --follow
    """
    from jobs.inspection.log_lines import follow as read_on
    from jobs.inspection.log_lines import log_file, meant_step
    from jobs.inspection.meant import meant_run
    from jobs.settings import read_settings
    from jobs.telemetry.records import run_ids

    settings = read_settings()
    if namespace is not None:
        if follow:
            raise click.UsageError("--follow reads the log of a step of this home; of a pod: kubectl logs -f")
        if step is None:
            raise click.UsageError("with --namespace name the STEP; `zlv runs RUN` lists them")
        _show(_of_pod(settings, namespace, run_id, step), as_json)
        return
    run_id = meant_run(run_id, run_ids(settings.runs_dir), settings.runs_dir)
    step = step or meant_step(settings.runs_dir, run_id)
    path = log_file(settings.runs_dir, run_id, step)
    _show(read_on(settings.runs_dir, run_id, step, path) if follow else _whole(path), as_json)


def _whole(path: Path) -> Iterable[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)


def _of_pod(settings: Settings, namespace: str, run_id: str, step: str) -> Iterable[str]:
    from jobs.inspection.meant import meant_run
    from jobs.pipelines.kubernetes.cluster import connect
    from jobs.pipelines.kubernetes.runs import runs_in_cluster, step_log

    cluster = connect(settings, namespace)
    newest_first = (run.record.run_id for run in runs_in_cluster(cluster))
    return step_log(cluster, meant_run(run_id, newest_first, namespace), step).splitlines(keepends=True)


def _show(lines: Iterable[str], as_json: bool) -> None:
    from jobs.inspection.log_lines import as_object, for_person

    form = as_object if as_json else for_person if sys.stdout.isatty() else str
    for line in lines:
        click.echo(form(line), nl=False)
