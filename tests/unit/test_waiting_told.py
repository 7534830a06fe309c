"""What waits is told by `zlv runs`, within half a minute, and the lock waits longer than a Job does."""

from __future__ import annotations

from pathlib import Path

from jobs.inspection.run_state import tell
from jobs.pipelines.kubernetes import patrol
from jobs.pipelines.lock import hold
from jobs.telemetry.records import RunRecord, StepRecord
from jobs.telemetry.volume_lock import read_lock


def test_the_lock_of_an_executor_in_a_pod_outlasts_the_longest_pause_of_a_job(tmp_path: Path) -> None:
    """K6: a Job's controller doubles its pause up to ten minutes."""
    for executor, least in (("kubernetes", 600 + 60), ("local", 60)):
        with hold(tmp_path / executor, f"{executor}-1", "daily", executor):
            lock = read_lock(tmp_path / executor)
            assert lock is not None and lock.lease >= least


def test_a_waiting_step_is_told_and_an_ended_one_is_not() -> None:
    running = StepRecord("a", "a", "r1", 0.0, message="waits: FailedMount: x")
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] == "a waits: FailedMount: x"
    running.message = None
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] is None
    assert patrol._SOON + patrol._LOOK_SECONDS < 30, "within half a minute"
