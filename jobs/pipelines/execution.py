"""Execute a pipeline, on this machine or in a cluster: which tasks, under which run, with record, lock and
trace."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from rich.console import Console

from jobs.errors import ZlvError
from jobs.pipelines.alert import alert
from jobs.pipelines.child import Launcher
from jobs.pipelines.choice import Choice, Place
from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.executor import KubernetesExecutor
from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.kubernetes.job_watch import JobWatch
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.local import LocalExecutor
from jobs.pipelines.lock import Hold, hold
from jobs.pipelines.manifest.check import results_needed
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.progress import Progress
from jobs.pipelines.run_record import begin, check, run_id_of, settle
from jobs.pipelines.stopping import stopping
from jobs.settings import Settings
from jobs.telemetry.identity import new_run_id
from jobs.telemetry.records import RunRecord, StepRecord, read_steps
from jobs.telemetry.run import RunTrace

# Jobs of a run at a time, where the manifest sets no parallelism: the cluster's own scheduler is the judge.
MOST_JOBS = 64


@dataclass(frozen=True)
class Outcome:
    """Hold how a run ended: its record, its steps in order, and the tasks that did not run, with why."""

    record: RunRecord
    steps: list[StepRecord]
    left_out: Mapping[str, str]
    first_failure: StepRecord | None


def execute(
    settings: Settings,
    pipeline: Pipeline,
    *,
    choice: Choice,
    run_id: str | None,
    given: Mapping[str, str],
    workers: int | None,
    console: Console,
    place: Place | None = None,
    manifest: str | None = None,
) -> Outcome:
    """Run a pipeline, or take up the run of that id where it stopped.

    Raises Temporary (75) while another run holds the volume, SettingsError (64) for unknown names.
    """
    place = place or Place()
    owner = place.cluster.owner() if place.cluster else place.job
    run_id = run_id or run_id_of(owner) or new_run_id(pipeline.name)
    check(run_id)
    chosen = choice.tasks(pipeline)
    # From a laptop the volume is out of reach: there the steps themselves take it, and the manifest's last
    # step frees it.
    # A signal from here on ends the run's record too.
    with (
        (
            hold(settings.runs_dir, run_id, pipeline.name, place.executor)
            if place.sees_volume
            else nullcontext(Hold(-1))
        ) as held,
        stopping() as asked,
    ):
        only = [] if choice.is_all else sorted(chosen)
        record, asked_again = begin(settings, pipeline, run_id, given, place, manifest, only)
        trace = RunTrace(settings, record, has_root=asked_again)
        launcher = Launcher(
            settings, run_id, trace.traceparent, held.descriptor, columns=max(60, console.width - 4)
        )
        results = _results(pipeline, launcher, chosen)
        graph = Graph(
            pipeline,
            run_id,
            record.parameters,
            chosen,
            results,
            place.cluster.namespace if place.cluster else "",
        )
        setting = _setting(settings, pipeline, record, trace, place, owner)
        remote: KubernetesExecutor | None = None
        failures: list[StepRecord] = []
        try:
            with Progress(console, launcher.log_path) as progress:
                rerun = frozenset() if choice.is_all or choice.unfinished else frozenset(chosen)
                if setting is None or place.cluster is None:
                    local = LocalExecutor(
                        graph,
                        launcher,
                        trace,
                        progress,
                        workers or place.workers,
                        rerun,
                        failures,
                        asked,
                        in_pod=place.job is not None,
                    )
                    record.exit_code = local.run()
                else:
                    place.cluster.on_hiccup = progress.hiccup
                    most = workers or int(pipeline.raw["spec"].get("parallelism", MOST_JOBS))
                    jobs = StepJobs(place.cluster, setting, launcher, trace, progress)
                    watch = JobWatch(place.cluster, setting, launcher, progress)
                    remote = KubernetesExecutor(
                        graph,
                        launcher,
                        trace,
                        progress,
                        most,
                        rerun,
                        failures,
                        asked,
                        jobs=jobs,
                        watch=watch,
                        asked_again=asked_again,
                    )
                    record.exit_code = remote.run()
        except ZlvError as error:
            record.exit_code, record.message = error.exit_code, str(error)
            raise
        except BaseException as error:
            record.exit_code, record.message = 1, type(error).__name__
            raise
        finally:
            settle(settings, record, failures, held)
            steps = read_steps(settings.runs_dir, run_id)
            trace.end(record, sum(step.rows for step in steps))
            if place.sees_volume:
                alert(settings, record)  # else the manifest's last step, which runs in the cluster
            if remote is not None:
                held.keep = remote.still_ending
                remote.keep(record)
                if not place.sees_volume:
                    remote.close("Succeeded" if record.exit_code == 0 else "Failed")
    left_out = {
        name: task.why
        for name, task in graph.tasks.items()
        if task.state in ("Skipped", "Omitted") or task.why == "not chosen"
    }
    return Outcome(record, steps, left_out, failures[0] if failures else None)


def _setting(
    settings: Settings,
    pipeline: Pipeline,
    record: RunRecord,
    trace: RunTrace,
    place: Place,
    owner: Mapping[str, str] | None,
) -> Setting | None:
    """Say what the run's Jobs share; None on this machine."""
    if place.cluster is None:
        return None
    return Setting(
        pipeline=pipeline,
        run_id=record.run_id,
        namespace=place.cluster.namespace,
        traceparent=trace.traceparent,
        parameters=record.parameters,
        pending_seconds=settings.ZLV_PENDING_SECONDS,
        image=None if "image" in pipeline.parameters else place.image,
        owner=owner,
    )


def _results(pipeline: Pipeline, launcher: Launcher, chosen: set[str]) -> dict[str, str]:
    """Read what tasks of an earlier try printed, for those that do not run now."""
    wanted = {read for name in chosen for read in results_needed(pipeline.tasks[name])} - chosen
    return {
        name: path.read_text(encoding="utf-8").rstrip("\n")
        for name in wanted
        if (path := launcher.result_path(name)).is_file()
    }
