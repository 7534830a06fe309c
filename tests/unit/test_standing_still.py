"""Attempts that stand still, with a cluster of recorded objects: told soon, given up in time."""

from __future__ import annotations

import time

from scenes import Scene, pod, scene

from jobs.pipelines.kubernetes import patrol
from jobs.stages.runs import tell
from jobs.telemetry.records import RunRecord, StepRecord, read_step

__all__ = ["scene"]  # fixtures

QUOTA = {"type": "Warning", "reason": "FailedCreate", "metadata": {}, "lastTimestamp": "2026-11-26T02:00:00Z"}
QUOTA["message"] = 'Error creating: pods "a-1" is forbidden: exceeded quota: none'


def test_a_pod_that_is_never_created_is_told_soon_and_given_up_in_time(scene: Scene) -> None:
    """K1"""
    scene.cluster.found_events = [QUOTA]
    scene.look()
    assert scene.cluster.told == [], "a pod may take a moment"
    scene.pass_by(5)
    for _ in range(3):
        scene.look()
    assert scene.cluster.told == ["a waits: FailedCreate: exceeded quota: none"], "once"
    assert scene.cluster.kept == {"zlv.fr/waits": "waits: FailedCreate: exceeded quota: none"}
    record = read_step(scene.runs, "r1", "a")
    assert record is not None
    assert (record.status, record.message) == ("running", "waits: FailedCreate: exceeded quota: none")
    assert tell(RunRecord("r1", "small", 0.0), [record], "running", "r1")["message"] == (
        "a waits: FailedCreate: exceeded quota: none"
    )
    scene.pass_by(600)
    scene.look()
    assert scene.cluster.ended == ["r1-a-1"]
    assert scene.attempt.given_up == "did not start within 600 s: FailedCreate: exceeded quota: none"


def test_a_pod_of_which_nothing_is_told_is_given_up_too(scene: Scene) -> None:
    """K1: events expire, and a Role of an earlier chart does not let them be read."""
    scene.pass_by(601)
    scene.look()
    assert scene.attempt.given_up == "did not start within 600 s: the cluster does not say why"


def test_what_was_waited_for_is_forgotten_when_the_step_begins(scene: Scene) -> None:
    """K2"""
    scene.cluster.found_events = [QUOTA | {"reason": "FailedMount", "message": "secret not found"}]
    scene.attempt.pods = {"p": pod(phase="Pending", main={"waiting": {"reason": "ContainerCreating"}})}
    scene.pass_by(4)
    scene.look()
    assert scene.cluster.told == ["a waits: FailedMount: secret not found"]
    scene.attempt.pods = {"p": pod(main={"running": {}})}
    scene.look()
    assert scene.cluster.kept == {"zlv.fr/waits": None}
    scene.pass_by(3600)
    scene.look()
    assert scene.attempt.given_up is None and len(scene.cluster.told) == 1


def test_no_room_for_a_job_is_waited_for_as_for_a_pod(scene: Scene) -> None:
    """K12"""
    scene.attempt.job, scene.attempt.since = "", 0.0
    for _ in range(3):
        assert not scene.patrol.no_room(scene.attempt, "exceeded quota: jobs, limited: count/jobs.batch=0")
    assert scene.attempt.not_before > time.monotonic()
    sentence = "no Job can be made for it: exceeded quota: jobs, limited: count/jobs.batch=0"
    assert scene.cluster.told == [f"a waits: {sentence}"]
    scene.pass_by(601)
    assert scene.patrol.no_room(scene.attempt, "exceeded quota: jobs, limited: count/jobs.batch=0")
    assert scene.attempt.given_up == f"did not start within 600 s: {sentence}"


def test_a_waiting_step_is_told_and_an_ended_one_is_not() -> None:
    running = StepRecord("a", "a", "r1", 0.0, message="waits: FailedMount: x")
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] == "a waits: FailedMount: x"
    running.message = None
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] is None
    assert patrol._SOON + patrol._LOOK_SECONDS < 30, "within half a minute"
