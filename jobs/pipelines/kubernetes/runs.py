"""Read runs from the Jobs that they left in a cluster, for who has no access to the volume."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from jobs.errors import SettingsError
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import (
    ATTEMPT,
    INSTANCE,
    PARAMETERS,
    PIPELINE,
    RECORD,
    RUN,
    RUN_RECORD,
    STEP_NAME,
    WAITS,
)
from jobs.pipelines.kubernetes.pod import moment
from jobs.pipelines.kubernetes.verdict import job_end
from jobs.telemetry.records import RunRecord, StepRecord


@dataclass(frozen=True)
class ClusterRun:
    """Hold a run as its Jobs tell it: its record, the latest attempt at each step, whose installation it is
    of."""

    record: RunRecord
    steps: list[StepRecord]
    instance: str | None


def runs_in_cluster(cluster: Cluster) -> list[ClusterRun]:
    """Read all runs of a namespace, the one that began last first."""
    by_run: dict[str, list[dict[str, Any]]] = {}
    for job in cluster.jobs(RUN):
        by_run.setdefault(job["metadata"]["labels"][RUN], []).append(job)
    runs = [_run(run_id, jobs) for run_id, jobs in by_run.items()]
    return sorted(runs, key=lambda run: run.record.started, reverse=True)


def run_in_cluster(cluster: Cluster, run_id: str) -> RunRecord | None:
    """Read one run's record; None when it left no Job."""
    jobs = cluster.jobs(cluster.run_selector(run_id))
    return _run(run_id, jobs).record if jobs else None


def step_log(cluster: Cluster, run_id: str, step: str) -> str:
    """Read the log of the latest attempt at a step.

    Raises SettingsError when its pod is gone.
    """
    pods = cluster.pods(cluster.run_selector(run_id, step))
    if not pods:
        raise SettingsError(
            f"no pod of step {step!r} of run {run_id!r} is left in namespace {cluster.namespace}; `zlv runs`"
            " lists the runs"
        )
    newest = max(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))
    return cluster.pod_log(newest["metadata"]["name"]) or ""


def _run(run_id: str, jobs: list[dict[str, Any]]) -> ClusterRun:
    latest: dict[str, dict[str, Any]] = {}
    for job in sorted(jobs, key=lambda job: int(job["metadata"]["annotations"].get(ATTEMPT, 1))):
        latest[job["metadata"]["annotations"].get(STEP_NAME, job["metadata"]["name"])] = job
    steps = sorted((_step(run_id, name, job) for name, job in latest.items()), key=lambda step: step.started)
    kept = [text for job in jobs if (text := job["metadata"]["annotations"].get(RUN_RECORD))]
    records = [RunRecord(**_known(json.loads(text), RunRecord)) for text in kept]
    instance = jobs[0]["metadata"]["labels"].get(INSTANCE)
    going = any(job_end(job) is None for job in jobs)
    if records:
        record = max(records, key=lambda each: each.ended or 0.0)
        begun = max(moment(job["metadata"]["creationTimestamp"]) or 0.0 for job in jobs)
        # Steps that began after the record was written: the run was taken up again.
        if not (going and begun > (record.ended or 0.0)):
            return ClusterRun(record, steps, instance)
    first = min(jobs, key=lambda job: str(job["metadata"]["creationTimestamp"]))
    parameters = json.loads(first["metadata"]["annotations"].get(PARAMETERS, "{}"))
    began = moment(first["metadata"]["creationTimestamp"]) or 0.0
    record = RunRecord(
        run_id,
        first["metadata"]["labels"].get(PIPELINE, "?"),
        began,
        executor="kubernetes",
        parameters=parameters,
    )
    return ClusterRun(record, steps, instance)


def _step(run_id: str, name: str, job: dict[str, Any]) -> StepRecord:
    text = job["metadata"]["annotations"].get(RECORD)
    if text:
        return StepRecord(**_known(json.loads(text), StepRecord))
    end = job_end(job)
    began = moment((job.get("status") or {}).get("startTime") or job["metadata"]["creationTimestamp"]) or 0.0
    record = StepRecord(
        name, name, run_id, began, attempt=int(job["metadata"]["annotations"].get(ATTEMPT, 1))
    )
    if end is None:
        record.message = job["metadata"]["annotations"].get(WAITS)
    else:
        record.ended = moment(end.get("lastTransitionTime"))
        record.status = "done" if end["type"] == "Complete" else "failed"
        record.message = None if end["type"] == "Complete" else str(end.get("message") or end.get("reason"))
    return record


def _known(values: Mapping[str, Any], kind: type[RunRecord] | type[StepRecord]) -> dict[str, Any]:
    # A later version of the program may have written more.
    names = {each.name for each in fields(kind)}
    return {name: value for name, value in values.items() if name in names}
