"""Attempts that stand still, with a cluster that answers from recorded objects: told soon, ended in time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from manifests import manifest, shell, task

from jobs.errors import Temporary
from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.kubernetes.job_attempt import JobAttempt
from jobs.pipelines.kubernetes.patrol import Patrol
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.kubernetes.verdict import verdict
from jobs.pipelines.manifest.manifest import read_pipeline
from jobs.stages.runs import tell
from jobs.telemetry.records import RunRecord, read_step

QUOTA = {"type": "Warning", "reason": "FailedCreate", "metadata": {}, "lastTimestamp": "2026-11-26T02:00:00Z"}
QUOTA["message"] = 'Error creating: pods "a-1" is forbidden: exceeded quota: none'


@dataclass
class Recorded:
    """Answer as a cluster does of which everything is known."""

    found_events: list[dict[str, Any]] = field(default_factory=list)
    found_pods: list[dict[str, Any]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    kept: dict[str, str | None] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    shares_volume: bool = False

    def events(self, uid: str) -> list[dict[str, Any]]:
        return self.found_events

    def pods(self, selector: str) -> list[dict[str, Any]]:
        return self.found_pods

    def annotate(self, job: str, texts: dict[str, str | None]) -> None:
        self.kept |= texts

    def end_job(self, job: str) -> None:
        self.ended.append(job)

    def waits(self, step: str, why: str) -> None:
        self.told.append(f"{step} waits: {why}")

    def hiccup(self, sentence: str) -> None:
        self.told.append(sentence)


@dataclass
class Scene:
    """Hold one attempt and who sees to it."""

    cluster: Recorded
    attempt: JobAttempt
    patrol: Patrol
    runs: Path

    def look(self) -> None:
        self.attempt.looked = 0.0
        self.patrol.see_to([self.attempt])

    def pass_by(self, seconds: float) -> None:
        self.attempt.since -= seconds


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    pipeline = read_pipeline(manifest(tmp_path, [task("a")], [shell("a", "true")]))
    (step,) = Graph(pipeline, "r1", {}, {"a"}, {}).due()
    cluster = Recorded()
    launcher = cast(Any, SimpleNamespace(settings=SimpleNamespace(runs_dir=tmp_path / "runs")))
    setting = Setting(pipeline, "r1", "zlv", "00-a-b-01", {}, 600)
    jobs = StepJobs(cast(Cluster, cluster), setting, launcher, cast(Any, None), cast(Any, cluster))
    attempt = JobAttempt(step)
    attempt.follow({"metadata": {"name": "r1-a-1", "uid": "u"}})
    return Scene(cluster, attempt, Patrol(jobs, setting.pending_seconds), tmp_path / "runs")


def pod(name: str = "p", phase: str = "Running", **states: Any) -> dict[str, Any]:
    statuses = [{"name": each, "state": state} for each, state in states.items()]
    return {
        "metadata": {"name": name, "uid": name, "creationTimestamp": "2026-11-26T02:00:00Z"},
        "status": {"phase": phase, "containerStatuses": statuses},
    }


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


@pytest.mark.parametrize("code", [0, 65])
def test_a_step_ends_though_a_sidecar_holds_its_pod(scene: Scene, code: int) -> None:
    """K4"""
    end = {"exitCode": code, "finishedAt": "2026-11-26T02:00:09Z", "message": "zlv: refused"}
    scene.attempt.pods = {"p": pod(proxy={"running": {}}, main={"terminated": end})}
    scene.look()
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


def test_no_attempt_begins_beside_the_pod_of_a_deleted_job(scene: Scene) -> None:
    """K10"""
    scene.attempt.ended_job = {"metadata": {"name": "r1-a-1"}, "status": {}}
    scene.cluster.found_pods = [pod(main={"running": {}})]
    assert not scene.patrol.is_over(scene.attempt)
    assert scene.cluster.told == ["a waits: its Job was deleted, its pod p has not ended yet"]
    scene.attempt.looked = 0.0
    scene.cluster.found_pods = [pod(main={"terminated": {"exitCode": 143}})]
    assert scene.patrol.is_over(scene.attempt)


def test_a_pod_that_never_ends_after_its_job_was_deleted_fails_the_step(scene: Scene) -> None:
    """K10"""
    scene.attempt.ended_job = {"metadata": {"name": "r1-a-1"}, "status": {}}
    scene.cluster.found_pods = [pod(main={"running": {}})]
    scene.pass_by(601)
    assert scene.patrol.is_over(scene.attempt)
    assert "has not ended within 600 s; another attempt would work beside it" in str(scene.attempt.given_up)


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


def test_what_a_step_printed_and_that_went_with_its_pod_is_said_to_be_lost(scene: Scene) -> None:
    """K11: an empty text would be read as a wrong one, for good."""

    class Gone(Recorded):
        def pod_log(self, pod: str) -> None:
            return None

    scene.patrol.jobs.cluster = cast(Cluster, Gone())
    done = pod(phase="Succeeded", main={"terminated": {"exitCode": 0}})
    with pytest.raises(
        Temporary, match="what step a printed is lost with its pod; run it again with --from a"
    ):
        scene.patrol.jobs.result(scene.attempt.step, {"p": done})
