"""The closing words of a run."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from bases import base
from rich.console import Console

from jobs.pipelines.execution import Outcome
from jobs.pipelines.summary import show
from jobs.telemetry.records import RunRecord, StepRecord


def told(home: Path, record: RunRecord, *facts: dict[str, float]) -> str:
    steps = [
        StepRecord(f"s{number}", "build", "r1", 0.0, 9.0, "done", 0, facts=dict(each))
        for number, each in enumerate(facts)
    ]
    out = StringIO()
    show(Console(file=out, width=120), base(home), Outcome(record, steps, {}, None))
    return out.getvalue()


def test_a_run_by_jobs_tells_what_the_starts_of_pods_cost(tmp_path: Path) -> None:
    """Issue 14: the pod start is part of the bill."""
    record = RunRecord("r1", "daily", 0.0, 118.0, "done", 0, executor="kubernetes")
    starts = ({"pod_start_seconds": 12.0}, {"pod_start_seconds": 19.0}, {})
    assert "pods' starts: 31 s of 118 s\n" in told(tmp_path, record, *starts)


def test_a_run_of_processes_tells_of_no_pod(tmp_path: Path) -> None:
    """Issue 14"""
    assert "pods' starts" not in told(tmp_path, RunRecord("r1", "daily", 0.0, 118.0, "done", 0), {})


@pytest.mark.parametrize(("executor", "way"), [("local", "zlv retry r1"), ("pod", "create job --from=")])
def test_what_failed_is_gone_on_with_where_the_keys_are(tmp_path: Path, executor: str, way: str) -> None:
    """Issue 14: who looks at the run of a pod has no keys to go on with it."""
    text = told(tmp_path, RunRecord("r1", "daily", 0.0, 9.0, "failed", 65, "no", executor=executor), {})
    assert way in text and ("zlv retry" in text) is (executor == "local")
