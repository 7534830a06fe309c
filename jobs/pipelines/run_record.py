"""Begin and end the record of a run: its id, its parameters, what an earlier try of it knew."""

from __future__ import annotations

import time
from collections.abc import Mapping

from jobs.errors import SettingsError
from jobs.pipelines.choice import Place
from jobs.pipelines.kubernetes.runs import run_in_cluster
from jobs.pipelines.lock import Hold
from jobs.pipelines.manifest.pipeline import Pipeline
from jobs.settings import Settings
from jobs.telemetry.identity import RUN_ID
from jobs.telemetry.records import RunRecord, StepRecord, keep_record, read_run, run_path


def check(run_id: str) -> None:
    """Refuse an id that is no name for a folder and a Job; raises SettingsError."""
    if not RUN_ID.match(run_id) or not run_id[-1].isalnum():
        ends = "a letter or a digit at both ends"
        raise SettingsError(
            f"the run id {run_id!r} must be at most 63 letters, digits, '.', '_' or '-', {ends}"
        )


def run_id_of(owner: Mapping[str, str] | None) -> str | None:
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


def begin(
    settings: Settings,
    pipeline: Pipeline,
    run_id: str,
    given: Mapping[str, str],
    place: Place,
    manifest: str | None,
    only: list[str],
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
        run_id, pipeline.name, earlier.started if earlier else time.time(), parameters=parameters, only=only
    )
    record.executor, record.manifest, record.notes = (
        place.executor,
        manifest,
        earlier.notes if earlier else [],
    )
    keep_record(run_path(settings.runs_dir, run_id), record)
    return record, earlier is not None and earlier.ended is not None


def settle(settings: Settings, record: RunRecord, failures: list[StepRecord], held: Hold) -> None:
    """Write how the run ended."""
    record.ended = time.time()
    record.status = "done" if record.exit_code == 0 else "failed"
    if record.exit_code in (129, 130, 143):
        record.message = held.lost or "was stopped by a signal"
    elif failures and record.exit_code:
        record.message = f"{failures[0].step}: {failures[0].message}"
    known = read_run(settings.runs_dir, record.run_id)
    record.notes = known.notes if known else record.notes  # who broke the lock meanwhile
    keep_record(run_path(settings.runs_dir, record.run_id), record)
