"""Execute a pipeline on this machine: which tasks, under which run, with record, lock and trace."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console

from jobs.errors import SettingsError, ZlvError
from jobs.pipelines.check import descendants, results_needed
from jobs.pipelines.child import Launcher
from jobs.pipelines.graph import Graph
from jobs.pipelines.local import LocalExecutor
from jobs.pipelines.lock import hold
from jobs.pipelines.manifest import Pipeline
from jobs.pipelines.progress import Progress
from jobs.settings import Settings
from jobs.telemetry.identity import RUN_ID, new_run_id
from jobs.telemetry.records import RunRecord, StepRecord, read_run, read_steps, run_path, write_record
from jobs.telemetry.run import RunTrace


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
                raise SettingsError(f"{name!r} is no step of {pipeline.name}; its steps are {', '.join(pipeline.tasks)}")
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


def execute(
    settings: Settings,
    pipeline: Pipeline,
    *,
    choice: Choice,
    run_id: str | None,
    given: Mapping[str, str],
    workers: int,
    console: Console,
) -> Outcome:
    """Run a pipeline with the local executor, or take up the run of that id where it stopped.

    Raises Temporary (75) while another run holds the home, SettingsError (64) for unknown names.
    """
    run_id = run_id or new_run_id(pipeline.name)
    if not RUN_ID.match(run_id):
        raise SettingsError(f"the run id {run_id!r} must be at most 63 letters, digits, '.', '_' or '-'")
    chosen = choice.tasks(pipeline)
    with hold(settings.runs_dir, run_id, pipeline.name) as lock:
        earlier = read_run(settings.runs_dir, run_id)
        if earlier is not None and earlier.pipeline != pipeline.name:
            raise SettingsError(f"the run {run_id} is one of {earlier.pipeline}, not of {pipeline.name}")
        parameters = settle_parameters(pipeline, {**(earlier.parameters if earlier else {}), **given})
        record = RunRecord(run_id, pipeline.name, earlier.started if earlier else time.time(), parameters=parameters)
        write_record(run_path(settings.runs_dir, run_id), record)
        trace = RunTrace(settings, record, has_root=earlier is not None and earlier.ended is not None)
        launcher = Launcher(settings, run_id, trace.traceparent, lock, columns=max(60, console.width - 4))
        graph = Graph(pipeline, run_id, parameters, chosen, _results(pipeline, launcher, chosen))
        failures: list[StepRecord] = []
        try:
            with Progress(console, launcher.log_path) as progress:
                rerun = frozenset() if choice.is_all else frozenset(chosen)
                executor = LocalExecutor(settings, graph, launcher, trace, progress, workers, rerun, failures)
                record.exit_code = executor.run()
        except ZlvError as error:
            record.exit_code, record.message = error.exit_code, str(error)
            raise
        except BaseException as error:
            record.exit_code, record.message = 1, type(error).__name__
            raise
        finally:
            record.ended = time.time()
            record.status = "done" if record.exit_code == 0 else "failed"
            if record.exit_code in (129, 130, 143):
                record.message = "was stopped by a signal"
            elif failures and record.exit_code:
                record.message = f"{failures[0].step}: {failures[0].message}"
            write_record(run_path(settings.runs_dir, run_id), record)
            steps = read_steps(settings.runs_dir, run_id)
            trace.end(record, sum(step.rows for step in steps))
    left_out = {name: task.why for name, task in graph.tasks.items() if task.state in ("Skipped", "Omitted") or task.why == "not chosen"}
    return Outcome(record, steps, left_out, failures[0] if failures else None)


def settle_parameters(pipeline: Pipeline, given: Mapping[str, str]) -> dict[str, str]:
    """Give each parameter its value; raises SettingsError for an unknown, a missing or a wrong one."""
    for name in given:
        if name not in pipeline.parameters:
            raise SettingsError(f"{name!r} is no parameter of {pipeline.name}; it has {', '.join(pipeline.parameters) or 'none'}")
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
    return {name: path.read_text(encoding="utf-8").rstrip("\n") for name in wanted if (path := launcher.result_path(name)).is_file()}
