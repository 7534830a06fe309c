"""Watch the Jobs of a run and their pods: what changed, each pod's log, and when an attempt is over."""

from __future__ import annotations

import queue
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import Temporary
from jobs.pipelines.child import Launcher
from jobs.pipelines.kubernetes.changes import Changes
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import Setting, job_of
from jobs.pipelines.kubernetes.job_attempt import JobAttempt, KubernetesWatcher
from jobs.pipelines.kubernetes.pod import has_begun, has_ended
from jobs.pipelines.kubernetes.pod_log import PodLog
from jobs.pipelines.kubernetes.verdict import job_end


@dataclass
class JobWatch:
    """Follow what a label selector names, for the attempts that are given with each look."""

    cluster: Cluster
    setting: Setting
    launcher: Launcher
    watcher: KubernetesWatcher
    fault: str | None = None
    _changes: Changes = field(init=False)

    def start(self, step: str | None = None) -> None:
        """Begin to follow the run, or one step of it."""
        self._changes = Changes(self.cluster, self.cluster.run_selector(self.setting.run_id, step))
        self._changes.start()

    def stop(self) -> None:
        """Follow no longer."""
        self._changes.stop()

    def take_in(self, attempts: Iterable[JobAttempt], seconds: float) -> None:
        """Take in all changes that have come; wait for the first at most so long."""
        by_job = {attempt.job: attempt for attempt in attempts}
        try:
            change = self._changes.queue.get(timeout=seconds)
            while True:
                self._take_in_one(by_job, *change)
                change = self._changes.queue.get_nowait()
        except queue.Empty:
            return

    def check(self) -> None:
        """Raise Temporary when the cluster cannot be followed any more."""
        if self.fault is not None:
            raise Temporary(self.fault)

    def read_log(self, attempt: JobAttempt, pod: str) -> PodLog:
        """Follow a pod's log, into the step's file and onto the terminal."""
        step = attempt.step.name
        return PodLog(
            self.cluster, pod, self.launcher.log_path(step), lambda line: self.watcher.line(step, line)
        )

    def read_missed_logs(self, attempt: JobAttempt, pods: dict[str, dict[str, Any]], seconds: float) -> None:
        """Read the log of a pod that began and ended between two looks."""
        for name, pod in pods.items():
            if name not in attempt.logs and has_ended(pod):
                self.read_log(attempt, name).finish(seconds)

    def _take_in_one(
        self, by_job: dict[str, JobAttempt], kind: str, change: str, found: list[dict[str, Any]]
    ) -> None:
        if kind == "fault":
            self.fault = change
            return
        if kind == "pod":
            for pod in found:
                attempt = by_job.get(
                    pod["metadata"].get("labels", {}).get("batch.kubernetes.io/job-name", "")
                )
                if attempt is not None:
                    self._take_in_pod(attempt, pod)
            return
        for job in found:
            attempt = by_job.get(job["metadata"]["name"])
            if attempt is not None and (job_end(job) or change == "DELETED"):
                attempt.ended_job = job
        if change == "ALL":
            # What was deleted while no watch ran is not in the list; the list may also be older than the Job.
            names = {job["metadata"]["name"] for job in found}
            for attempt in by_job.values():
                if (
                    attempt.job not in names
                    and attempt.ended_job is None
                    and self.cluster.job(attempt.job) is None
                ):
                    attempt.ended_job = job_of(attempt.step, attempt.number, self.setting)

    def _take_in_pod(self, attempt: JobAttempt, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        attempt.pods[name] = pod
        if name not in attempt.logs and has_begun(pod):
            attempt.logs[name] = self.read_log(attempt, name)
