"""Keep the Jobs of a run's steps: make them, find those of an earlier executor, read what they left."""

from __future__ import annotations

import dataclasses
import json
import time
from dataclasses import dataclass, field
from typing import Any

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.child import Launcher
from jobs.pipelines.kubernetes.cluster import Cluster
from jobs.pipelines.kubernetes.job import ATTEMPT, RECORD, RESULT, RUN, STEP_NAME, Setting, job_of
from jobs.pipelines.kubernetes.job_attempt import JobAttempt, KubernetesWatcher
from jobs.pipelines.kubernetes.patience import refusal
from jobs.pipelines.kubernetes.pod import main_end
from jobs.pipelines.kubernetes.pod_log import without_log_lines
from jobs.pipelines.kubernetes.verdict import Verdict, job_end, verdict
from jobs.pipelines.step import Step
from jobs.pipelines.stepping import Kept
from jobs.telemetry.records import POD_START, StepRecord, read_step, step_path, write_record
from jobs.telemetry.run import RunTrace


@dataclass
class StepJobs:
    """Make and read the Jobs of one run."""

    cluster: Cluster
    setting: Setting
    launcher: Launcher
    trace: RunTrace
    watcher: KubernetesWatcher
    last: str | None = None
    _known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def find(self) -> None:
        """Find the Jobs that earlier executors of this run have made."""
        for job in self.cluster.jobs(self.cluster.run_selector(self.setting.run_id)):
            self._known.setdefault(job["metadata"]["annotations"][STEP_NAME], []).append(job)
        for jobs in self._known.values():
            jobs.sort(key=_attempt_of)

    def settled_before(self, step: Step, again: bool, asked_again: bool) -> Kept | JobAttempt:
        """Give what earlier executors left of a step: a Job to follow, its end, or the attempt to make.

        Asked again by a person, a failed step begins anew; an executor's successor goes on counting.
        """
        jobs = self._known.get(step.name, [])
        last = jobs[-1] if jobs else None
        end = job_end(last) if last else None
        if last is not None and end is None and not last["metadata"].get("deletionTimestamp"):
            return self._taken_up(step, last, 0 if asked_again else len(jobs) - 1)
        if not again and (kept := self._kept(step, last if last and _is_done(last) else None)) is not None:
            return kept
        if last is not None and end is not None and end["type"] == "Failed" and not asked_again and not again:
            # The executor before this one ended before it could decide what follows.
            return self._taken_up(step, last, len(jobs) - 1)
        return JobAttempt(step, self.next_number(step))

    def next_number(self, step: Step) -> int:
        """Number the attempt that follows those of earlier executors."""
        return 1 + max((_attempt_of(job) for job in self._known.get(step.name, ())), default=0)

    def create(self, attempt: JobAttempt) -> None:
        """Create an attempt's Job, or take the one of that name when it is of this run.

        Raises QuotaExceeded when a quota leaves no room for it, SettingsError when the cluster refuses it
        or the name is another run's.
        """
        from kubernetes.client import ApiException

        step = attempt.step
        while True:
            body = self.body(attempt)
            name = body["metadata"]["name"]
            try:
                job = self.cluster.call(
                    self.cluster.batch.create_namespaced_job,
                    self.setting.namespace,
                    body,
                    field_validation="Strict",
                )
                job = self.cluster.plain(job)
            except ApiException as error:
                if error.status != 409:
                    raise SettingsError(
                        f"the cluster refuses the Job of step {step.name}: {refusal(error)}"
                    ) from None
                # Made by an executor before this one, or by a call whose answer was lost.
                job = self.cluster.plain(
                    self.cluster.call(self.cluster.batch.read_namespaced_job, name, self.setting.namespace)
                )
                if job["metadata"].get("annotations", {}).get(STEP_NAME) != step.name or _of_other_run(
                    job, body
                ):
                    raise SettingsError(
                        f"there is a Job {name} that is not of run {self.setting.run_id}; take another"
                        " --run-id"
                    ) from None
                if job["metadata"].get("deletionTimestamp"):
                    attempt.number += 1
                    continue
            self.watcher.started(step, attempt.number)
            attempt.follow(job)
            self.last = attempt.job
            return

    def body(self, attempt: JobAttempt) -> dict[str, Any]:
        """Build the Job of an attempt."""
        return job_of(attempt.step, attempt.number, self.setting)

    def pods_of(self, job: str) -> dict[str, dict[str, Any]]:
        """Give a Job's pods by name."""
        return {
            pod["metadata"]["name"]: pod for pod in self.cluster.pods(f"batch.kubernetes.io/job-name={job}")
        }

    def result(self, step: Step, pods: dict[str, dict[str, Any]]) -> str:
        """Read what a step printed for later ones; raises Temporary when it went with its pod."""
        done = [name for name, pod in pods.items() if main_end(pod).get("exitCode") == 0]
        text = self.cluster.pod_log(done[-1]) if done else None
        if text is None:
            raise Temporary(
                f"what step {step.name} printed is lost with its pod; run it again with --from {step.task}"
            )
        return without_log_lines(text)

    def record(self, step: Step, number: int, told: Verdict) -> StepRecord:
        """Settle an attempt's record: the stage's own where it could still write it, with the executor's
        sentence where it could not."""
        began = told.started or time.time()
        runs_dir = self.launcher.settings.runs_dir
        own = read_step(runs_dir, self.setting.run_id, step.name) if self.cluster.shares_volume else None
        if own is not None and own.started < began - 1:
            own = None
        if own is None and told.told is not None:
            known = {each.name for each in dataclasses.fields(StepRecord)}
            own = StepRecord(**{name: value for name, value in told.told.items() if name in known})
        is_own = own is not None and own.ended is not None and own.exit_code == told.exit_code
        stage = step.command[1] if step.command[0] == "zlv" and len(step.command) > 1 else step.task
        record = own or StepRecord(step.name, stage, self.setting.run_id, began)
        record.attempt = number
        record.ended = record.ended or told.ended or time.time()
        record.exit_code = told.exit_code
        record.status = "done" if told.exit_code == 0 else "failed"
        keeps_words = is_own and record.message and not told.is_disruption
        record.message = (record.message if keeps_words else told.sentence) if told.exit_code else None
        if told.pod_start is not None:
            record.facts[POD_START] = told.pod_start
        if not is_own:
            self.trace.step(record)
        write_record(step_path(runs_dir, self.setting.run_id, step.name), record)
        return record

    def _taken_up(self, step: Step, job: dict[str, Any], failures: int) -> JobAttempt:
        attempt = JobAttempt(step, _attempt_of(job), failures)
        attempt.follow(job)
        self.last = attempt.job
        return attempt

    def _kept(self, step: Step, job: dict[str, Any] | None) -> Kept | None:
        """Give the end of a step that was done before; None when it has to run."""
        record = read_step(self.launcher.settings.runs_dir, self.setting.run_id, step.name)
        if record is None or record.status != "done":
            if job is None:
                return None
            told = verdict(job, self.pods_of(job["metadata"]["name"]).values())
            if told.exit_code:
                told = Verdict(0, None, False, told.started, told.ended, told.told)
            record = self.record(step, _attempt_of(job), told)
        if not step.is_read:
            return Kept(record, "")
        path = self.launcher.result_path(step.name)
        if path.is_file():
            return Kept(record, path.read_text(encoding="utf-8").rstrip("\n"))
        if job is not None and RESULT in job["metadata"]["annotations"]:
            return Kept(record, str(job["metadata"]["annotations"][RESULT]))
        return None if job is None else Kept(record, self.result(step, self.pods_of(job["metadata"]["name"])))


def _of_other_run(job: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Tell whether a Job of the same name was made for another run."""
    return bool(job["metadata"].get("labels", {}).get(RUN) != expected["metadata"]["labels"][RUN])


def _is_done(job: dict[str, Any]) -> bool:
    """Tell whether a Job's step was done; its own record knows where other containers held the pod."""
    end = job_end(job)
    if end is None:
        return False
    text = (job["metadata"].get("annotations") or {}).get(RECORD)
    return bool(end["type"] == "Complete" or (text and json.loads(text).get("exit_code") == 0))


def _attempt_of(job: dict[str, Any]) -> int:
    return int((job["metadata"].get("annotations") or {}).get(ATTEMPT, 1))
