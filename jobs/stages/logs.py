"""Show what a step of a run wrote: `zlv logs RUN STEP`."""

from __future__ import annotations

import click


@click.command()
@click.argument("run_id", metavar="RUN")
@click.argument("step", metavar="STEP", required=False)
@click.option("-N", "--namespace", help="Read the log of the step's pod in this namespace.")
def logs(run_id: str, step: str | None, namespace: str | None) -> None:
    """Show what a step of a run wrote.

    RUN is a run id of `zlv runs`, or `last`; without STEP, the first step that failed.

    Example: zlv logs last
    """
    from jobs.errors import SettingsError
    from jobs.settings import read_settings
    from jobs.telemetry.identity import RUN_ID
    from jobs.telemetry.records import read_steps, run_ids

    settings = read_settings()
    if namespace is not None:
        from jobs.pipelines.kubernetes.cluster import connect
        from jobs.pipelines.kubernetes.runs import runs_in_cluster, step_log

        cluster = connect(settings, namespace)
        if run_id == "last":
            newest_run = next(iter(runs_in_cluster(cluster)), None)
            run_id = newest_run.record.run_id if newest_run else run_id
        if step is None:
            raise click.UsageError("with --namespace name the STEP; `zlv runs RUN` lists them")
        click.echo(step_log(cluster, run_id, step), nl=False)
        return
    if run_id == "last":
        run_id = next(run_ids(settings.runs_dir), run_id)
    if not RUN_ID.match(run_id) or not (settings.runs_dir / run_id).is_dir():
        raise SettingsError(f"there is no run {run_id!r} in {settings.runs_dir}; `zlv runs` lists them")
    if step is None:
        failed = [each.step for each in read_steps(settings.runs_dir, run_id) if each.status == "failed"]
        if not failed:
            raise SettingsError(f"no step of run {run_id!r} failed; name the step whose log is to be shown")
        step = failed[0]
    folder = settings.runs_dir / run_id / "logs"
    path = folder / f"{step}.log"
    if path.parent != folder or not path.is_file():
        known = ", ".join(sorted(each.stem for each in folder.glob("*.log")))
        raise SettingsError(
            f"run {run_id!r} has no log of a step {step!r} in {settings.runs_dir}; it has {known or 'none'}"
        )
    click.echo(path.read_text(encoding="utf-8", errors="replace"), nl=False)
