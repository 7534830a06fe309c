"""See to attempts that stand still: pods that do not come, do not begin, are held, or outlive their Job."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import WAITS
from jobs.pipelines.kubernetes.job_attempt import JobAttempt
from jobs.pipelines.kubernetes.pod import Object, has_ended, holders, is_out_of_sight
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.kubernetes.verdict import job_end
from jobs.pipelines.kubernetes.waiting import Why, why_by_events, why_unheard, why_waiting
from jobs.telemetry.records import StepRecord, step_path, write_record

# A pod that comes and begins in good order needs no question.
_SOON = 3.0
_LOOK_SECONDS = 2.0
# A node that was late tries again after ten to fifteen seconds.
_LATE_SECONDS = 20.0
# A pod has 30 seconds to end.
_END_SECONDS = 60.0
# What ends with its step needs a moment to be seen as ended.
_HELD_SECONDS = 5.0


@dataclass
class Patrol:
    """Look after the attempts of a run that wait; nobody waits for longer than `pending_seconds`."""

    jobs: StepJobs
    pending_seconds: int

    def see_to(self, attempts: Iterable[JobAttempt]) -> None:
        """Say why attempts wait, and end those that have waited for too long."""
        for attempt in attempts:
            if attempt.ended_job is not None or attempt.given_up is not None:
                continue
            begun, before = attempt.has_begun, attempt.was_begun
            attempt.was_begun = begun
            if begun != before:
                self._wait_no_more(attempt)
            if begun:
                self._see_to_end(attempt)
            else:
                self._see_to_start(attempt)

    def is_over(self, attempt: JobAttempt) -> bool:
        """Tell whether an attempt has ended and nothing of it works any more.

        A Job that was deleted by hand leaves its pod for as long as that takes to end.
        """
        if attempt.ended_job is None:
            if attempt.given_up is None or attempt.waited() < self.pending_seconds + _END_SECONDS:
                return False
            # Its pod's node does not answer: only then does a Job that was ended not end.
            attempt.ended_job = self.jobs.body(attempt)
            return True
        if job_end(attempt.ended_job):
            return True
        if not self._is_due(attempt):
            return False
        pods = self.jobs.pods_of(attempt.job)
        attempt.pods |= pods
        left = next((name for name, pod in pods.items() if not has_ended(pod)), None)
        if left is None:
            return True
        self._tell(attempt, Why("JobDeleted", f"its Job was deleted, its pod {left} has not ended yet"))
        if attempt.given_up is None and attempt.waited() > self.pending_seconds:
            attempt.given_up = (
                f"its Job was deleted and its pod {left} has not ended within {self.pending_seconds} s;"
                f" another attempt would work beside it: see kubectl describe pod {left}"
            )
        return attempt.given_up is not None

    def no_room(self, attempt: JobAttempt, why: str) -> bool:
        """Say that no Job can be made for an attempt now; tell whether that has lasted for too long."""
        if attempt.since == 0.0 or attempt.job:
            attempt.job = ""
            attempt.wait_from_now()
        attempt.not_before = time.monotonic() + _LOOK_SECONDS
        self._tell(attempt, Why("FailedCreate", f"no Job can be made for it: {why}"))
        if attempt.waited() > self.pending_seconds:
            attempt.given_up = self._given_up(attempt)
        return attempt.given_up is not None

    def _see_to_start(self, attempt: JobAttempt) -> None:
        if attempt.waited() < _SOON or not self._is_due(attempt):
            return
        why = self._why(attempt)
        if why is not None and not self._is_late(attempt, why):
            self._tell(attempt, why)
        if attempt.waited() > self.pending_seconds:
            attempt.given_up = self._given_up(attempt)
            self._cluster.end_job(attempt.job)

    def _see_to_end(self, attempt: JobAttempt) -> None:
        """Say when a step is out of sight; end an attempt whose step has ended while others hold its pod."""
        pod = attempt.pod or {}
        if is_out_of_sight(pod):
            why = why_by_events(self._cluster.events(_uid(pod))) if self._is_due(attempt) else None
            if why is not None and why.reason == "NodeNotReady":
                self._tell(attempt, why)
            return
        if attempt.waits_for is not None:
            self._wait_no_more(attempt)
        names = tuple(holders(pod))
        if names != attempt.held_by:
            attempt.held_by, attempt.since = names, time.monotonic()
        if not names or attempt.waited() < _HELD_SECONDS:
            return
        self.jobs.watcher.hiccup(
            f"{attempt.step.name} has ended; its pod is held by container {', '.join(names)}, which does not"
            " end with it: the pod is ended"
        )
        end = {"type": "Failed", "status": "True", "reason": "Held"}
        attempt.ended_job = self.jobs.body(attempt) | {"status": {"conditions": [end]}}

    def _why(self, attempt: JobAttempt) -> Why | None:
        pod = attempt.pod
        if pod is None or has_ended(pod):
            return why_by_events(self._cluster.events(attempt.uid))
        return why_waiting(pod) or why_by_events(self._cluster.events(_uid(pod))) or why_unheard(pod)

    def _is_late(self, attempt: JobAttempt, why: Why) -> bool:
        """Tell whether a reason is not worth telling: a better one is known, or may follow."""
        if not why.may_pass:
            return False
        known = attempt.waits_for
        if known is not None and known.reason == why.reason and not known.may_pass:
            return True
        return attempt.waited() < min(_LATE_SECONDS, self.pending_seconds)

    def _wait_no_more(self, attempt: JobAttempt) -> None:
        told = attempt.waits_for is not None
        attempt.wait_from_now()
        if told:
            self._note(attempt)

    def _given_up(self, attempt: JobAttempt) -> str:
        why = attempt.waits_for.sentence if attempt.waits_for else "the cluster does not say why"
        return f"did not start within {self.pending_seconds} s: {why}"

    def _tell(self, attempt: JobAttempt, why: Why) -> None:
        known = attempt.waits_for
        is_new = known is None or (known.reason, known.may_pass) != (why.reason, why.may_pass)
        attempt.waits_for = why
        if is_new:
            self.jobs.watcher.waits(attempt.step.name, why.sentence)
            self._note(attempt)

    def _note(self, attempt: JobAttempt) -> None:
        """Keep what an attempt waits for, or that it waits no more, where `zlv runs` looks for it."""
        text = f"waits: {attempt.waits_for.sentence}" if attempt.waits_for else None
        if attempt.job:
            self._cluster.annotate(attempt.job, {WAITS: text})
        # Where the volume is shared, a step that has begun writes its own record.
        if not (attempt.has_begun and self._cluster.shares_volume):
            step, run_id = attempt.step, self.jobs.setting.run_id
            record = StepRecord(step.name, step.task, run_id, attempt.started or time.time())
            record.attempt, record.message = attempt.number, text
            write_record(step_path(self.jobs.launcher.settings.runs_dir, run_id, step.name), record)

    def _is_due(self, attempt: JobAttempt) -> bool:
        if time.monotonic() - attempt.looked < _LOOK_SECONDS:
            return False
        attempt.looked = time.monotonic()
        return True

    @property
    def _cluster(self) -> Cluster:
        return self.jobs.cluster


def _uid(pod: Object) -> str:
    return str(pod["metadata"].get("uid", ""))
