"""Follow one attempt at a step: its Job, what was seen of its pods, and what it waits for."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from jobs.pipelines.kubernetes.pod import Object, has_begun, newest
from jobs.pipelines.kubernetes.pod_log import PodLog
from jobs.pipelines.kubernetes.verdict import job_end
from jobs.pipelines.kubernetes.waiting import Why
from jobs.pipelines.stepping import Attempt, Watcher


class KubernetesWatcher(Watcher, Protocol):
    """Be told also what only a cluster knows."""

    def line(self, step: str, text: str) -> None: ...
    def waits(self, step: str, why: str) -> None: ...
    def hiccup(self, sentence: str) -> None: ...


@dataclass
class JobAttempt(Attempt):
    """Follow one step and the Job of its attempt, with the pods and logs that were seen of it.

    `since` is the clock of time.monotonic at which it began to wait for what it waits for.
    """

    disruptions: int = 0
    job: str = ""
    uid: str = ""
    ended_job: dict[str, Any] | None = None
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, PodLog] = field(default_factory=dict)
    waits_for: Why | None = None
    since: float = 0.0
    looked: float = 0.0
    was_begun: bool = False
    held_by: tuple[str, ...] = ()
    given_up: str | None = None

    @property
    def pod(self) -> Object | None:
        """Give its newest pod."""
        return newest(self.pods.values())

    @property
    def has_begun(self) -> bool:
        """Tell whether the step itself runs or has run."""
        return self.pod is not None and has_begun(self.pod)

    def follow(self, job: dict[str, Any]) -> None:
        """Take a Job as the one of this attempt."""
        self.job, self.uid = job["metadata"]["name"], job["metadata"].get("uid", "")
        self.started = time.time()
        self.first = self.first or time.monotonic()
        self.ended_job = job if job_end(job) else None
        self.pods, self.logs, self.given_up, self.held_by = {}, {}, None, ()
        self.was_begun = False
        self.wait_from_now()

    def wait_from_now(self) -> None:
        """Begin to wait: for the pod's start, or for its end."""
        self.waits_for, self.since, self.looked = None, time.monotonic(), 0.0

    def waited(self) -> float:
        """Give the seconds since it began to wait."""
        return time.monotonic() - self.since
