"""Attempts that stand still, with a cluster that answers from recorded objects: told soon, ended in time."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kubernetes.client import ApiException
from manifests import manifest, shell, task

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes import patience, patrol
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.installed import manifest_of, set_suspended
from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.kubernetes.job_attempt import JobAttempt
from jobs.pipelines.kubernetes.patrol import Patrol
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.kubernetes.verdict import verdict
from jobs.pipelines.lock import hold
from jobs.pipelines.manifest.manifest import read_pipeline
from jobs.settings import Settings
from jobs.stages.runs import tell
from jobs.telemetry.records import RunRecord, StepRecord, read_step
from jobs.telemetry.volume_lock import read_lock

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


def refused(status: int, message: str) -> ApiException:
    error = ApiException(status=status, reason="Forbidden" if status == 403 else "Internal Server Error")
    error.body = json.dumps({"message": message})
    return error


def cluster(**more: Any) -> Cluster:
    return Cluster("zlv", more.pop("batch", None), more.pop("core", None), cast(Any, None), **more)


def test_a_quota_is_no_missing_right_and_no_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """K12"""
    told: list[str] = []
    api = cluster(on_hiccup=told.append)

    def create(**_: Any) -> None:
        raise refused(403, 'jobs.batch "a" is forbidden: exceeded quota: q, requested: count/jobs.batch=1')

    with pytest.raises(patience.QuotaExceeded, match=r"^exceeded quota: q, requested: count/jobs.batch=1$"):
        api.call(create)
    assert told == [] and issubclass(patience.QuotaExceeded, Temporary)


def test_a_server_that_refuses_for_a_webhook_says_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """K1"""
    told: list[str] = []
    answers = iter([refused(500, 'failed calling webhook "w.example": no endpoints'), None])

    def create(**_: Any) -> str:
        if (error := next(answers)) is not None:
            raise error
        return "made"

    assert cluster(on_hiccup=told.append).call(create) == "made"
    assert "failed calling webhook" in told[0] and len(told) == 2


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


def test_the_lock_of_an_executor_in_a_pod_outlasts_the_longest_pause_of_a_job(tmp_path: Path) -> None:
    """K6: a Job's controller doubles its pause up to ten minutes."""
    for executor, least in (("kubernetes", 600 + 60), ("local", 60)):
        with hold(tmp_path / executor, f"{executor}-1", "daily", executor):
            lock = read_lock(tmp_path / executor)
            assert lock is not None and lock.lease >= least


class Namespace:
    """Answer with the installations of a namespace."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.suspended: list[str] = []

    def list_namespaced_config_map(self, namespace: str, **_: Any) -> dict[str, Any]:
        return {"items": [self._thing(name, f"{name}-pipelines", {"daily.yml": name}) for name in self.names]}

    def list_namespaced_cron_job(self, namespace: str, **_: Any) -> dict[str, Any]:
        return {"items": [self._thing(name, f"{name}-daily") for name in self.names]}

    def patch_namespaced_cron_job(self, name: str, namespace: str, patch: Any, **_: Any) -> None:
        self.suspended.append(name)

    def _thing(self, instance: str, name: str, data: Any = None) -> dict[str, Any]:
        return {
            "metadata": {"name": name, "labels": {"app.kubernetes.io/instance": instance}},
            "data": data or {},
        }


def namespace(monkeypatch: pytest.MonkeyPatch, *names: str) -> tuple[Namespace, Cluster]:
    found = Namespace(*names)
    api = cluster(batch=found, core=found)
    monkeypatch.setattr(Cluster, "plain", lambda self, value: value)

    def none_of_argo(*_: Any, **__: Any) -> None:
        raise ApiException(status=404)

    monkeypatch.setattr("kubernetes.client.CustomObjectsApi.list_namespaced_custom_object", none_of_argo)
    monkeypatch.setattr("kubernetes.client.CustomObjectsApi.__init__", lambda self, client: None)
    return found, api


def test_of_two_installations_the_one_that_is_meant_must_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K5"""
    settings = Settings(ZLV_HOME=tmp_path)
    found, api = namespace(monkeypatch, "blue", "green")
    sentence = "2 installations with a pipeline 'daily': blue, green; say which one: --instance blue"
    with pytest.raises(SettingsError, match=sentence):
        manifest_of(settings, api, "daily")
    with pytest.raises(SettingsError, match="no installation 'red'"):
        manifest_of(settings, api, "daily", instance="red")
    for name in ("blue", "green"):
        assert manifest_of(settings, api, "daily", instance=name).read_text(encoding="utf-8") == name
    with pytest.raises(SettingsError, match="2 installations with a schedule of 'daily'"):
        set_suspended(api, "daily", True)
    assert found.suspended == []
    assert set_suspended(api, "daily", True, "green") == ["cronjob/green-daily"]
    assert found.suspended == ["green-daily"]


def test_the_only_installation_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """K5"""
    _, api = namespace(monkeypatch, "blue")
    assert manifest_of(Settings(ZLV_HOME=tmp_path), api, "daily").read_text(encoding="utf-8") == "blue"


def test_a_waiting_step_is_told_and_an_ended_one_is_not() -> None:
    running = StepRecord("a", "a", "r1", 0.0, message="waits: FailedMount: x")
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] == "a waits: FailedMount: x"
    running.message = None
    assert tell(RunRecord("r1", "p", 0.0), [running], "running", "r1")["message"] is None
    assert patrol._SOON + patrol._LOOK_SECONDS < 30, "within half a minute"
