"""Run a run again from the step that failed: `zlv retry RUN`."""

from __future__ import annotations

import sys

import click


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("-N", "--namespace", help="Namespace of a run that ran in a cluster.")
def retry(run_id: str, namespace: str | None) -> None:
    """Run a run's failed step again, and what waits for it.

    RUN is a run id of `zlv runs`, `last`, or `previous`. Its parameters and the steps that were asked for
    stay, what is done is not run again.

    Example: zlv retry last
    """
    from jobs.errors import SettingsError
    from jobs.inspection.meant import meant_run
    from jobs.pipelines.choice import Choice, Place
    from jobs.pipelines.execution import execute
    from jobs.pipelines.kubernetes.installed import manifest_of
    from jobs.pipelines.manifest.manifest import read_pipeline
    from jobs.pipelines.summary import show
    from jobs.settings import read_settings
    from jobs.telemetry.records import read_run, run_ids
    from jobs.telemetry.terminal import run_console

    settings = read_settings()
    place, instance = Place(), None
    if namespace is not None:
        from jobs.pipelines.kubernetes.cluster import connect
        from jobs.pipelines.kubernetes.runs import runs_in_cluster

        place = Place(connect(settings, namespace))
        found = runs_in_cluster(place.cluster) if place.cluster else []
        run_id = meant_run(run_id, (run.record.run_id for run in found), namespace)
        chosen = next((run for run in found if run_id == run.record.run_id), None)
        record, instance = (chosen.record, chosen.instance) if chosen else (None, None)
    else:
        run_id = meant_run(run_id, run_ids(settings.runs_dir), settings.runs_dir)
        record = read_run(settings.runs_dir, run_id)
    if record is None:
        raise SettingsError(
            f"there is no run {run_id!r} of a pipeline in {namespace or settings.runs_dir}; `zlv runs` lists"
            " them"
        )
    if record.executor == "pod":
        raise SettingsError(
            f"run {record.run_id} was that of one pod, which had the keys; start another of its CronJob, to"
            f" which what is unchanged costs little: {record.way_on}"
        )
    if record.executor != "local" and namespace is None:
        raise SettingsError(
            f"run {record.run_id} ran in a cluster; say where: zlv retry {record.run_id} --namespace …"
        )
    if record.status == "done":
        raise SettingsError(f"run {record.run_id} succeeded; there is nothing to run again")
    path = manifest_of(settings, place.cluster, record.pipeline, record.manifest, instance)
    out = run_console()
    outcome = execute(
        settings,
        read_pipeline(path),
        choice=Choice(only=tuple(record.only), unfinished=True),
        run_id=record.run_id,
        given={},
        workers=None,
        console=out,
        place=place,
        manifest=str(path.resolve()),
    )
    show(out, settings, outcome)
    sys.exit(outcome.record.exit_code)
