"""One attempt of a step, who sees to it, and a cluster that answers from recorded objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from manifests import manifest, shell, task

from jobs.pipelines.graph import Graph
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import Setting
from jobs.pipelines.kubernetes.job_attempt import JobAttempt
from jobs.pipelines.kubernetes.patrol import Patrol
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.manifest.manifest import read_pipeline


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
