"""Attempts that stand still, with a cluster that answers from recorded objects: told soon, ended in time."""

from __future__ import annotations

import time

import pytest
from standing import Scene, pod, scene

from jobs.errors import Temporary
from jobs.inspection.run_state import tell
from jobs.pipelines.kubernetes.verdict import Verdict, verdict
from jobs.telemetry.records import RunRecord, read_step

__all__ = ["scene"]

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
    assert record is not None and record.status == "running"
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


LATE = "failed to sync secret cache: timed out waiting for the condition"
MISSING = "couldn't find key missing in Secret zlv/there"
REFUSED = "a waits: its container cannot be configured (CreateContainerConfigError): "


def waiting(scene: Scene, message: str) -> None:
    state = {"reason": "CreateContainerConfigError", "message": message}
    scene.attempt.pods = {"p": pod(phase="Pending", main={"waiting": state})}


def test_a_node_that_is_late_is_no_cause_while_a_better_one_may_come(scene: Scene) -> None:
    """K2: a busy node says first that it has not read the Secret, ten seconds later what the Secret lacks."""
    waiting(scene, LATE)
    scene.pass_by(5)
    scene.look()
    assert scene.cluster.told == []
    for message in (MISSING, LATE):
        waiting(scene, message)
        scene.pass_by(9)
        scene.look()
    assert scene.cluster.told == [REFUSED + MISSING]
    scene.pass_by(600)
    scene.look()
    assert str(scene.attempt.given_up).endswith(MISSING)


def test_a_node_that_stays_late_is_told_and_what_it_says_at_last_too(scene: Scene) -> None:
    """K2"""
    for message in (LATE, MISSING):
        waiting(scene, message)
        scene.pass_by(21)
        scene.look()
    assert scene.cluster.told == [REFUSED + LATE, REFUSED + MISSING]
    assert scene.cluster.kept == {"zlv.fr/waits": f"waits: {REFUSED.removeprefix('a waits: ')}{MISSING}"}


def test_a_step_that_is_given_up_while_its_node_is_late_says_so(scene: Scene) -> None:
    """K2"""
    scene.cluster.found_events = [QUOTA | {"reason": "FailedMount", "message": f"MountVolume.SetUp: {LATE}"}]
    scene.attempt.pods = {"p": pod(phase="Pending", main={"waiting": {"reason": "ContainerCreating"}})}
    scene.pass_by(601)
    scene.look()
    assert str(scene.attempt.given_up).endswith(LATE)


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


@pytest.mark.parametrize("code", [0, 65])
def test_a_step_ends_though_a_sidecar_holds_its_pod(scene: Scene, code: int) -> None:
    """K4"""
    end = {"exitCode": code, "finishedAt": "2026-11-26T02:00:09Z", "message": "zlv: refused"}
    scene.attempt.pods = {"p": pod(proxy={"running": {}}, main={"terminated": end})}
    scene.look()
    assert scene.attempt.ended_job is None, "a sidecar may take a moment"
    scene.pass_by(6)
    scene.look()
    assert scene.attempt.ended_job is not None and scene.patrol.is_over(scene.attempt)
    assert scene.attempt.held_by == ("proxy",)
    assert scene.cluster.told == [
        "a has ended; its pod is held by container proxy, which does not end with it: the pod is ended"
    ]
    told = verdict(scene.attempt.ended_job, scene.attempt.pods.values())
    assert (told.exit_code, told.sentence) == (code, "refused" if code else None)


def deleted(scene: Scene) -> None:
    scene.attempt.ended_job = {"metadata": {"name": "r1-a-1"}, "status": {}}
    scene.cluster.found_pods = [pod(main={"running": {}})]


def test_no_attempt_begins_beside_the_pod_of_a_deleted_job(scene: Scene) -> None:
    """K10"""
    deleted(scene)
    assert not scene.patrol.is_over(scene.attempt)
    assert scene.cluster.told == ["a waits: its Job was deleted, its pod p has not ended yet"]
    scene.attempt.looked = 0.0
    scene.cluster.found_pods = [pod(main={"terminated": {"exitCode": 143}})]
    assert scene.patrol.is_over(scene.attempt)


def test_a_pod_that_never_ends_after_its_job_was_deleted_fails_the_step(scene: Scene) -> None:
    """K10"""
    deleted(scene)
    scene.pass_by(601)
    assert scene.patrol.is_over(scene.attempt)
    assert "has not ended within 600 s; another attempt would work beside it" in str(scene.attempt.given_up)


def test_no_room_for_a_job_is_waited_for_as_for_a_pod(scene: Scene) -> None:
    """K12"""
    scene.attempt.job, scene.attempt.since = "", 0.0
    reason = "exceeded quota: jobs, limited: count/jobs.batch=0"
    sentence = f"no Job can be made for it: {reason}"
    for _ in range(3):
        assert not scene.patrol.no_room(scene.attempt, reason)
    assert scene.attempt.not_before > time.monotonic()
    assert scene.cluster.told == [f"a waits: {sentence}"]
    scene.pass_by(601)
    assert scene.patrol.no_room(scene.attempt, reason)
    assert scene.attempt.given_up == f"did not start within 600 s: {sentence}"


def test_what_a_step_printed_and_that_went_with_its_pod_is_said_to_be_lost(scene: Scene) -> None:
    """K11: an empty text would be read as a wrong one, for good."""

    done = pod(phase="Succeeded", main={"terminated": {"exitCode": 0}})
    with pytest.raises(
        Temporary, match="what step a printed is lost with its pod; run it again with --from a"
    ):
        scene.patrol.jobs.result(scene.attempt.step, {"p": done})


@pytest.mark.parametrize("waited", [12.0, None])
def test_a_step_s_record_says_how_long_its_pod_took_to_start(scene: Scene, waited: float | None) -> None:
    """Issue 14: a fact beside those that the stage itself tells."""
    said = {"step": "a", "stage": "a", "run_id": "r1", "started": 100.0, "exit_code": 0, "ended": 101.0}
    told = Verdict(0, None, False, 100.0, 101.0, {**said, "facts": {"unchanged": True}}, waited)
    record = scene.patrol.jobs.record(scene.attempt.step, 1, told)
    expected = {"unchanged": True} | ({} if waited is None else {"pod_start_seconds": waited})
    assert record.facts == expected
    assert read_step(scene.runs, "r1", "a") == record
