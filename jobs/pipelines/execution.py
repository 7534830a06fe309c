"""Execute a pipeline, on this machine or in a cluster: which tasks, under which run, with record, lock and
trace."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from rich.console import Console

from jobs.errors import SettingsError, ZlvError
from jobs.pipelines.alert import alert
from jobs.pipelines.child import Launcher
from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.executor import KubernetesExecutor
from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.kubernetes.job_watch import JobWatch
from jobs.pipelines.kubernetes.runs import run_in_cluster
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.local import LocalExecutor
from jobs.pipelines.lock import Hold, hold
from jobs.pipelines.manifest.check import descendants, results_needed
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.pipelines.progress import Progress
from jobs.settings import Settings
from jobs.telemetry.identity import RUN_ID, new_run_id
from jobs.telemetry.records import RunRecord, StepRecord, read_run, read_steps, run_path, write_record
from jobs.telemetry.run import RunTrace

# Jobs of a run at a time, where the manifest sets no parallelism: the cluster's own scheduler is the judge.
MOST_JOBS = 64


@dataclass(frozen=True)
class Choice:
    """Say which tasks run: all, `only` these, or `start` and all that waits for it."""

    only: tuple[str, ...] = ()
    start: str | None = None

    @property
    def is_all(self) -> bool:
        return not self.only and self.start is None

    def tasks(self, pipeline: Pipeline) -> set[str]:
        """Give the chosen tasks, with those whose output they read.

        Raises SettingsError for a name that is no task.
        """
        for name in (*self.only, *([self.start] if self.start else [])):
            if name not in pipeline.tasks:
                raise SettingsError(
                    f"{name!r} is no step of {pipeline.name}; its steps are {', '.join(pipeline.tasks)}"
                )
        if self.is_all:
            return set(pipeline.tasks)
        chosen = set(self.only) if self.only else {str(self.start)} | descendants(pipeline, str(self.start))
        return chosen | {read for name in chosen for read in results_needed(pipeline.tasks[name])}


@dataclass(frozen=True)
class Outcome:
    """Hold how a run ended: its record, its steps in order, and the tasks that did not run, with why."""

    record: RunRecord
    steps: list[StepRecord]
    left_out: Mapping[str, str]
    first_failure: StepRecord | None


@dataclass(frozen=True)
class Place:
    """Say where the steps run: on this machine, or in a cluster from the image given."""

    cluster: Cluster | None = None
    image: str | None = None

    @property
    def executor(self) -> str:
        return "local" if self.cluster is None else "kubernetes"

    @property
    def sees_volume(self) -> bool:
        return self.cluster is None or self.cluster.shares_volume


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
    owner = place.cluster.owner() if place.cluster else None
    run_id = run_id or _run_id_of(owner) or new_run_id(pipeline.name)
    _check(run_id)
    chosen = choice.tasks(pipeline)
    # From a laptop the volume is out of reach: there the steps themselves take it, and the manifest's last
    # step frees it.
    with (
        hold(settings.runs_dir, run_id, pipeline.name, place.executor)
        if place.sees_volume
        else nullcontext(Hold(-1))
    ) as held:
        record, asked_again = _begin(settings, pipeline, run_id, given, place, manifest)
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
                rerun = frozenset() if choice.is_all else frozenset(chosen)
                if setting is None or place.cluster is None:
                    local = LocalExecutor(graph, launcher, trace, progress, workers or 2, rerun, failures)
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
            _settle(settings, record, failures, held)
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


def _begin(
    settings: Settings,
    pipeline: Pipeline,
    run_id: str,
    given: Mapping[str, str],
    place: Place,
    manifest: str | None,
) -> tuple[RunRecord, bool]:
    """Write the run's record, with what an earlier try of it knew; tell whether that try had ended."""
    earlier = read_run(settings.runs_dir, run_id) or (
        None if place.cluster is None else run_in_cluster(place.cluster, run_id)
    )
    if earlier is not None and earlier.pipeline != pipeline.name:
        raise SettingsError(f"the run {run_id} is one of {earlier.pipeline}, not of {pipeline.name}")
    image = {"image": place.image} if place.image and "image" in pipeline.parameters else {}
    parameters = settle_parameters(pipeline, {**(earlier.parameters if earlier else {}), **given, **image})
    record = RunRecord(
        run_id, pipeline.name, earlier.started if earlier else time.time(), parameters=parameters
    )
    record.executor, record.manifest, record.notes = (
        place.executor,
        manifest,
        earlier.notes if earlier else [],
    )
    write_record(run_path(settings.runs_dir, run_id), record)
    return record, earlier is not None and earlier.ended is not None


def _settle(settings: Settings, record: RunRecord, failures: list[StepRecord], held: Hold) -> None:
    """Write how the run ended."""
    record.ended = time.time()
    record.status = "done" if record.exit_code == 0 else "failed"
    if record.exit_code in (129, 130, 143):
        record.message = held.lost or "was stopped by a signal"
    elif failures and record.exit_code:
        record.message = f"{failures[0].step}: {failures[0].message}"
    known = read_run(settings.runs_dir, record.run_id)
    record.notes = known.notes if known else record.notes  # who broke the lock meanwhile
    write_record(run_path(settings.runs_dir, record.run_id), record)


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


def _check(run_id: str) -> None:
    if not RUN_ID.match(run_id) or not run_id[-1].isalnum():
        ends = "a letter or a digit at both ends"
        raise SettingsError(
            f"the run id {run_id!r} must be at most 63 letters, digits, '.', '_' or '-', {ends}"
        )


def _run_id_of(owner: Mapping[str, str] | None) -> str | None:
    """Derive the run id from the Job that the executor's pod belongs to: its successor takes up the same
    run."""
    if owner is None or owner["kind"] != "Job":
        return None
    return f"{owner['name'][:57]}-{owner['uid'][:5]}"


def settle_parameters(pipeline: Pipeline, given: Mapping[str, str]) -> dict[str, str]:
    """Give each parameter its value; raises SettingsError for an unknown, a missing or a wrong one."""
    for name in given:
        if name not in pipeline.parameters:
            raise SettingsError(
                f"{name!r} is no parameter of {pipeline.name}; it has"
                f" {', '.join(pipeline.parameters) or 'none'}"
            )
    values: dict[str, str] = {}
    for name, parameter in pipeline.parameters.items():
        value = given.get(name, parameter.value)
        if value is None:
            raise SettingsError(f"{pipeline.name} needs a value for {name}: -p {name}=…")
        if parameter.allowed and value not in parameter.allowed:
            raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(parameter.allowed)}")
        values[name] = value
    return values


def _results(pipeline: Pipeline, launcher: Launcher, chosen: set[str]) -> dict[str, str]:
    """Read what tasks of an earlier try printed, for those that do not run now."""
    wanted = {read for name in chosen for read in results_needed(pipeline.tasks[name])} - chosen
    return {
        name: path.read_text(encoding="utf-8").rstrip("\n")
        for name in wanted
        if (path := launcher.result_path(name)).is_file()
    }
