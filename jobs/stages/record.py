"""Close a run that Argo ran: `zlv record PIPELINE`, the manifests' `onExit`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("pipeline")
@click.option("--status", required=True, help="How the run ended, in Argo's words: Succeeded, Failed, Error.")
@click.option("--failures", default="", metavar="JSON", help="What Argo knows of the steps that failed.")
def record(pipeline: str, status: str, failures: str) -> None:
    """Close a run that Argo ran: record, root span, lock, alert.

    The exit code is that of the step that failed first, so that whatever watches pods or workflows raises its
    alert too.

    Example: zlv record daily --status Succeeded
    """
    from jobs.pipelines.closing import close_run
    from jobs.settings import read_settings

    settings = read_settings()
    settings.require("ZLV_RUN_ID")
    closed = close_run(settings, pipeline, status, failures)
    click.echo(
        f"run {closed.run_id}: {closed.status}" + (f", {closed.message}" if closed.message else ""),
        err=closed.exit_code != 0,
    )
    sys.exit(closed.exit_code)
