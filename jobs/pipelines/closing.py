"""Close a run that has no executor of ours: settle its steps' records, write its own and its root span, free
the volume, alert."""

from __future__ import annotations

import json
import time
from typing import Any

from jobs.pipelines.alert import alert
from jobs.settings import Settings
from jobs.telemetry.records import (
    RunRecord,
    StepRecord,
    keep_record,
    read_run,
    read_steps,
    run_path,
    step_path,
)
from jobs.telemetry.run import RunTrace
from jobs.telemetry.volume_lock import release


def close_run(settings: Settings, pipeline: str, status: str, failures: str) -> RunRecord:
    """Write how the run of ZLV_RUN_ID ended; `failures` is Argo's list of failed nodes, JSON once or twice
    over."""
    run_id, runs_dir = str(settings.ZLV_RUN_ID), settings.runs_dir
    earlier = read_run(runs_dir, run_id)
    told = {
        node.get("templateName") or node.get("displayName"): str(node.get("message") or "")
        for node in _failed_nodes(failures)
    }
    steps = read_steps(runs_dir, run_id)
    silent = [step for step in steps if step.status == "running"]
    for step in silent:
        # Its process could not write how it ended: it was killed.
        said = told.get(step.step) or told.get(step.stage) or "ended without a word"
        step.status, step.exit_code, step.ended = "failed", step.exit_code or 137, step.ended or time.time()
        step.message = _sentence(step, said)
        keep_record(step_path(runs_dir, run_id, step.step), step)
    began = min([step.started for step in steps], default=time.time())
    record = RunRecord(
        run_id, pipeline, earlier.started if earlier else began, ended=time.time(), executor="argo"
    )
    record.notes = earlier.notes if earlier else []
    failed = [step for step in steps if step.status == "failed"]
    succeeded = status == "Succeeded"
    record.status = "done" if succeeded else "failed"
    record.exit_code = 0 if succeeded else next((step.exit_code for step in failed if step.exit_code), 1)
    if not succeeded:
        node, words = next(iter(told.items()), (None, ""))
        record.message = (
            f"{failed[0].step}: {failed[0].message}"
            if failed
            else f"{node}: {words}"
            if node
            else f"Argo says {status}"
        )
    trace = RunTrace(settings, record, has_root=earlier is not None and earlier.ended is not None)
    for step in silent:
        trace.step(step)
    keep_record(run_path(runs_dir, run_id), record)
    trace.end(record, sum(step.rows for step in steps))
    release(runs_dir, run_id)
    alert(settings, record)
    return record


def _sentence(step: StepRecord, said: str) -> str:
    if "OOMKilled" in said:
        return (
            "used more memory than its limit and was killed (OOMKilled); raise the memory limit of"
            f" {step.step}"
        )
    return said


def _failed_nodes(text: str) -> list[dict[str, Any]]:
    found: Any = text
    for _ in range(2):  # Argo quotes the list once more where it stands in an argument
        if isinstance(found, str):
            try:
                found = json.loads(found)
            except ValueError:
                return []
    return [node for node in found if isinstance(node, dict)] if isinstance(found, list) else []
