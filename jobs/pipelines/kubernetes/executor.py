"""Run a pipeline's steps as Jobs of a Kubernetes cluster, one per attempt, followed by watch."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import asdict, dataclass, field

from jobs.pipelines.kubernetes.job import RECORD, RESULT, RUN_RECORD, WAITS
from jobs.pipelines.kubernetes.job_attempt import JobAttempt
from jobs.pipelines.kubernetes.job_watch import JobWatch
from jobs.pipelines.kubernetes.patience import QuotaExceeded
from jobs.pipelines.kubernetes.patrol import Patrol
from jobs.pipelines.kubernetes.step_jobs import StepJobs
from jobs.pipelines.kubernetes.verdict import Verdict, job_end, verdict
from jobs.pipelines.step import Step
from jobs.pipelines.stepping import Kept, Stepping
from jobs.telemetry.records import RunRecord

_TICK_SECONDS = 0.5
# A pod has 30 seconds to end after SIGTERM; the executor's own grace must be longer.
_GRACE_SECONDS = 45.0
_LOG_SECONDS = 15.0
# A cluster that takes a step's pod away so often has a trouble of its own.
_MOST_DISRUPTIONS = 10
# Annotations may have 256 KiB together.
_LONGEST_RESULT = 200_000


@dataclass
class KubernetesExecutor(Stepping[JobAttempt]):
    """Work through a graph with Jobs; what an earlier executor of this run has finished is kept.

    `still_ending`: Jobs that this executor could not see end.
    """

    jobs: StepJobs = field(kw_only=True)
    watch: JobWatch = field(kw_only=True)
    asked_again: bool = field(kw_only=True)
    still_ending: bool = False

    @property
    def patrol(self) -> Patrol:
        """Give who sees to the attempts that stand still."""
        return Patrol(self.jobs, self.jobs.setting.pending_seconds)

    def run(self) -> int:
        self.jobs.find()
        self.watch.start()
        try:
            code = super().run()
        finally:
            self.watch.stop()
        # In the cluster the executor's own Job reads the code: a step's signal is not the executor's.
        return (
            1 if code > 128 and self.stopped_by is None and self.jobs.cluster.pod_name is not None else code
        )

    def keep(self, record: RunRecord) -> None:
        """Leave the run's record in the cluster, at its last Job."""
        if self.jobs.last is not None:
            self.jobs.cluster.annotate(
                self.jobs.last, {RUN_RECORD: json.dumps(asdict(record), ensure_ascii=False)}
            )

    def close(self, status: str) -> None:
        """Run the manifest's last step, which writes the record on the volume and frees it, where this
        process has no volume."""
        step = self.graph.last_step(
            status,
            json.dumps([{"displayName": each.step, "message": each.message} for each in self.failures]),
        )
        if step is None or self.still_ending:
            return
        attempt = JobAttempt(step, self.jobs.next_number(step))
        self.watch.start(step.name)
        while True:
            try:
                self.jobs.create(attempt)
                break
            except QuotaExceeded as error:
                if self.patrol.no_room(attempt, str(error)):
                    raise
                time.sleep(_TICK_SECONDS)
        until = time.monotonic() + (step.deadline or 600.0)
        while attempt.ended_job is None and time.monotonic() < until:
            self.watch.take_in([attempt], _TICK_SECONDS)
            self.patrol.see_to([attempt])
        self.watch.stop()
        for log in attempt.logs.values():
            log.finish(_LOG_SECONDS)
        self.watch.read_missed_logs(attempt, self.jobs.pods_of(attempt.job), _LOG_SECONDS)

    def settled_before(self, step: Step, again: bool) -> Kept | JobAttempt:
        return self.jobs.settled_before(step, again, self.asked_again)

    def start(self, attempt: JobAttempt) -> None:
        try:
            self.jobs.create(attempt)
        except QuotaExceeded as error:
            if not self.patrol.no_room(attempt, str(error)):
                self.waiting.append(attempt)
                return
            told = Verdict(75, attempt.given_up, False, None, None, None)
            attempt.given_up, attempt.since = None, 0.0
            self.again_or_fail(attempt, self.jobs.record(attempt.step, attempt.number, told))
        else:
            self.running.append(attempt)

    def look(self) -> None:
        self.watch.take_in(self.running, _TICK_SECONDS)
        self.watch.check()
        self.patrol.see_to(self.running)
        for attempt in [each for each in self.running if self.patrol.is_over(each)]:
            self._reap(attempt)

    def stop(self) -> None:
        self.abandon()

    def abandon(self) -> None:
        """Delete the Jobs that still run and wait for their pods to end; the steps' own records say how they
        did."""
        self.waiting.clear()
        going = [attempt for attempt in self.running if attempt.ended_job is None]
        for attempt in going:
            self.jobs.cluster.delete_job(attempt.job)
        until = time.monotonic() + _GRACE_SECONDS
        while (
            any(attempt.ended_job is None for attempt in going)
            and time.monotonic() < until
            and self.watch.fault is None
        ):
            self.watch.take_in(going, _TICK_SECONDS)
        self.still_ending = any(attempt.ended_job is None for attempt in going)
        for attempt in going:
            for log in attempt.logs.values():
                log.finish(2.0)
            told = Verdict(143, "was stopped with its run", False, attempt.started, time.time(), None)
            if attempt.pods and attempt.ended_job is not None:
                told = dataclasses.replace(told, told=verdict(attempt.ended_job, attempt.pods.values()).told)
            self.watcher.ended(self.jobs.record(attempt.step, attempt.number, told))
        self.running.clear()

    def _reap(self, attempt: JobAttempt) -> None:
        step = attempt.step
        self.running.remove(attempt)
        pods = self.jobs.pods_of(attempt.job)
        # What a deleted pod said at last is known from the watch alone.
        pods = attempt.pods = attempt.pods | pods
        for name, log in attempt.logs.items():
            log.finish(_LOG_SECONDS if name in pods else 2.0)
        self.watch.read_missed_logs(attempt, pods, _LOG_SECONDS)
        told = verdict(attempt.ended_job or {}, pods.values())
        if told.exit_code and not told.is_disruption and attempt.waits_for and not attempt.has_begun:
            # A deadline runs while a pod waits, too.
            attempt.given_up = attempt.given_up or f"did not start: {attempt.waits_for.sentence}"
        if attempt.given_up is not None:
            told = dataclasses.replace(told, exit_code=75, sentence=attempt.given_up, is_disruption=False)
        record = self.jobs.record(step, attempt.number, told)
        notes: dict[str, str | None] = {RECORD: json.dumps(asdict(record), ensure_ascii=False)}
        result = ""
        if record.exit_code == 0 and step.is_read:
            result = self.jobs.result(step, pods)
            path = self.launcher.result_path(step.name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(result, encoding="utf-8")
            notes |= {RESULT: result} if len(result) < _LONGEST_RESULT else {}
        self.jobs.cluster.annotate(attempt.job, notes | {WAITS: None})
        if attempt.held_by:
            self.jobs.cluster.end_job(attempt.job)
        if record.exit_code == 0:
            self.succeed(attempt, record, result)
        elif told.is_disruption and attempt.disruptions < _MOST_DISRUPTIONS and self.stopped_by is None:
            attempt.disruptions += 1
            self.again(attempt, record, 0.0)
        elif attempt.given_up is not None and job_end(attempt.ended_job or {}) is None:
            self.fail(attempt, record)  # its old pod may still work
        else:
            self.again_or_fail(attempt, record)
