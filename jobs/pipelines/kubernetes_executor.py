"""Run a pipeline's steps as Jobs of a Kubernetes cluster, one per attempt, followed by watch."""

from __future__ import annotations

import dataclasses
import json
import queue
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import Any, Protocol

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.child import Launcher
from jobs.pipelines.cluster import Changes, Cluster
from jobs.pipelines.graph import Graph, Step
from jobs.pipelines.job import ATTEMPT, RECORD, RESULT, RUN, RUN_RECORD, STEP_NAME, Setting, job_of
from jobs.pipelines.local import Watcher
from jobs.pipelines.pod_log import PodLog, without_log_lines
from jobs.pipelines.verdict import Verdict, has_begun, has_ended, job_end, verdict, why_waiting
from jobs.telemetry.records import RunRecord, StepRecord, read_step, step_path, write_record
from jobs.telemetry.run import RunTrace

_TICK_SECONDS = 0.5
# A pod has 30 seconds to end after SIGTERM; the executor's own grace must be longer.
_GRACE_SECONDS = 45.0
_LOG_SECONDS = 15.0
# A cluster that takes a step's pod away so often has a trouble of its own.
_MOST_DISRUPTIONS = 10
# Annotations may have 256 KiB together.
_LONGEST_RESULT = 200_000


class KubernetesWatcher(Watcher, Protocol):
    """Be told also what only a cluster knows."""

    def line(self, step: str, text: str) -> None: ...
    def waits(self, step: str, why: str) -> None: ...
    def hiccup(self, sentence: str) -> None: ...


@dataclass
class _Attempt:
    """Follow one step: how often it was tried in this run of the executor, and its Job when it has one."""

    step: Step
    number: int
    failures: int = 0
    disruptions: int = 0
    not_before: float = 0.0
    first: float = 0.0
    started: float = 0.0
    job: str = ""
    ended_job: dict[str, Any] | None = None
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, PodLog] = field(default_factory=dict)
    waits_for: str | None = None
    waits_since: float = 0.0
    given_up: str | None = None


@dataclass
class KubernetesExecutor:
    """Work through a graph with Jobs; what an earlier executor of this run has finished is kept."""

    setting: Setting
    cluster: Cluster
    graph: Graph
    launcher: Launcher
    trace: RunTrace
    watcher: KubernetesWatcher
    workers: int
    asked_again: bool
    rerun: frozenset[str] = frozenset()
    failures: list[StepRecord] = field(default_factory=list)
    stopped_by: int | None = None
    still_ending: bool = False
    _known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _waiting: list[_Attempt] = field(default_factory=list)
    _running: dict[str, _Attempt] = field(default_factory=dict)
    _changes: Changes = field(init=False)
    _last_job: str | None = None
    _fault: str | None = None

    def run(self) -> int:
        """Run until nothing is left to do; give the exit code of the run.

        That is 0, the code of the step that failed first, or 128 + the signal that ended the run.
        """
        told: set[str] = set()
        self._changes = Changes(self.cluster, self.cluster.run_selector(self.setting.run_id))
        with self._signals():
            for job in self.cluster.jobs(self.cluster.run_selector(self.setting.run_id)):
                self._known.setdefault(job["metadata"]["annotations"][STEP_NAME], []).append(job)
            for jobs in self._known.values():
                jobs.sort(key=_attempt_of)
            self._changes.start()
            try:
                while self._turn(told):
                    pass
            except BaseException:
                self._cancel()
                raise
            finally:
                self._changes.stop()
        self.graph.cancel("the run was stopped")
        self._tell_left_out(told)
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        if self.graph.succeeded:
            return 0
        code = (self.failures[0].exit_code or 1) if self.failures else 1
        # In the cluster the executor's own Job reads the code: a step's signal is not the executor's.
        return 1 if code > 128 and self.cluster.pod_name is not None else code

    def keep(self, record: RunRecord) -> None:
        """Leave the run's record in the cluster, at its last Job."""
        if self._last_job is not None:
            self.cluster.annotate(self._last_job, {RUN_RECORD: json.dumps(asdict(record), ensure_ascii=False)})

    def close(self, status: str) -> None:
        """Run the manifest's last step, which writes the record on the volume and frees it, where this process has no volume."""
        step = self.graph.last_step(status, json.dumps([{"displayName": each.step, "message": each.message} for each in self.failures]))
        if step is None or self.still_ending:
            return
        number = 1 + max((_attempt_of(job) for job in self._known.get(step.name, ())), default=0)
        self._changes = Changes(self.cluster, self.cluster.run_selector(self.setting.run_id, step.name))
        self._changes.start()
        attempt = _Attempt(step, number)
        self._create(attempt)
        until = time.monotonic() + (step.deadline or 600.0)
        while attempt.ended_job is None and time.monotonic() < until:
            self._take_in(_TICK_SECONDS)
        self._changes.stop()
        for log in attempt.logs.values():
            log.finish(_LOG_SECONDS)
        self._read_missed_logs(attempt, {pod["metadata"]["name"]: pod for pod in self._pods_of(attempt.job)})

    def _turn(self, told: set[str]) -> bool:
        if self.stopped_by is not None:
            self._cancel()
            return False
        self._plan()
        self._tell_left_out(told)
        self._launch()
        if not self._running and not self._waiting:
            return False
        self._take_in(_TICK_SECONDS)
        if self._fault is not None:
            raise Temporary(self._fault)
        self._give_up()
        for attempt in [each for each in self._running.values() if each.ended_job is not None]:
            self._reap(attempt)
        self.watcher.tick({name: attempt.started for name, attempt in self._running.items()})
        return True

    def _plan(self) -> None:
        while steps := self.graph.due():
            for step in steps:
                self._plan_step(step)

    def _plan_step(self, step: Step) -> None:
        jobs = self._known.get(step.name, [])
        last = jobs[-1] if jobs else None
        end = job_end(last) if last else None
        again = step.task in self.rerun
        if last is not None and end is None and not last["metadata"].get("deletionTimestamp"):
            attempt = _Attempt(step, _attempt_of(last), failures=0 if self.asked_again else len(jobs) - 1, first=time.time())
            self._follow(attempt, last)
        elif not again and (kept := self._kept(step, last if end and end["type"] == "Complete" else None)) is not None:
            self.graph.finish(step, succeeded=True, result=kept[1])
            self.watcher.kept(kept[0])
        elif last is not None and end is not None and end["type"] == "Failed" and not self.asked_again and not again:
            # The executor before this one ended before it could decide what follows.
            attempt = _Attempt(step, _attempt_of(last), failures=len(jobs) - 1, first=time.time())
            self._follow(attempt, last)
        else:
            self._waiting.append(_Attempt(step, 1 + max((_attempt_of(job) for job in jobs), default=0)))

    def _kept(self, step: Step, job: dict[str, Any] | None) -> tuple[StepRecord, str] | None:
        """Give the record and the result of a step that was done before; None when it has to run."""
        record = read_step(self.launcher.settings.runs_dir, self.setting.run_id, step.name)
        if record is None or record.status != "done":
            if job is None:
                return None
            told = verdict(job, self._pods_of(job["metadata"]["name"]))
            record = self._record(step, _attempt_of(job), told)
            write_record(step_path(self.launcher.settings.runs_dir, self.setting.run_id, step.name), record)
        if not step.is_read:
            return record, ""
        path = self.launcher.result_path(step.name)
        if path.is_file():
            return record, path.read_text(encoding="utf-8").rstrip("\n")
        if job is not None and RESULT in job["metadata"]["annotations"]:
            return record, str(job["metadata"]["annotations"][RESULT])
        return None if job is None else (record, self._result(step, self._pods_of(job["metadata"]["name"])))

    def _launch(self) -> None:
        for attempt in list(self._waiting):
            if len(self._running) >= self.workers:
                return
            if time.time() >= attempt.not_before:
                self._waiting.remove(attempt)
                self._create(attempt)

    def _create(self, attempt: _Attempt) -> None:
        from kubernetes.client import ApiException

        step = attempt.step
        while True:
            body = job_of(step, attempt.number, self.setting)
            name = body["metadata"]["name"]
            try:
                job = self.cluster.call(self.cluster.batch.create_namespaced_job, self.setting.namespace, body, field_validation="Strict")
                job = self.cluster.plain(job)
            except ApiException as error:
                if error.status != 409:
                    message = json.loads(error.body).get("message", "") if error.body else ""
                    raise SettingsError(f"the cluster refuses the Job of step {step.name}: {message or error.reason}") from None
                # Made by an executor before this one, or by a call whose answer was lost.
                job = self.cluster.plain(self.cluster.call(self.cluster.batch.read_namespaced_job, name, self.setting.namespace))
                if job["metadata"].get("annotations", {}).get(STEP_NAME) != step.name or _of_other_run(job, body):
                    raise SettingsError(f"there is a Job {name} that is not of run {self.setting.run_id}; take another --run-id") from None
                if job["metadata"].get("deletionTimestamp"):
                    attempt.number += 1
                    continue
            self.watcher.started(step, attempt.number)
            self._follow(attempt, job)
            return

    def _follow(self, attempt: _Attempt, job: dict[str, Any]) -> None:
        attempt.job, attempt.started = job["metadata"]["name"], time.time()
        attempt.first = attempt.first or attempt.started
        attempt.ended_job = job if job_end(job) else None
        attempt.pods, attempt.logs, attempt.waits_for, attempt.given_up = {}, {}, None, None
        self._running[attempt.step.name] = attempt
        self._last_job = attempt.job

    def _take_in(self, seconds: float) -> None:
        """Take in all changes that have come; wait for the first at most so long."""
        try:
            change = self._changes.queue.get(timeout=seconds)
            while True:
                self._take_in_one(*change)
                change = self._changes.queue.get_nowait()
        except queue.Empty:
            return

    def _take_in_one(self, kind: str, change: str, found: list[dict[str, Any]]) -> None:
        if kind == "fault":
            self._fault = change
            return
        by_job = {attempt.job: attempt for attempt in self._running.values()}
        if kind == "pod":
            for pod in found:
                attempt = by_job.get(pod["metadata"].get("labels", {}).get("batch.kubernetes.io/job-name", ""))
                if attempt is not None:
                    self._take_in_pod(attempt, pod)
            return
        for job in found:
            attempt = by_job.get(job["metadata"]["name"])
            if attempt is not None and (job_end(job) or change == "DELETED"):
                attempt.ended_job = job
        if change == "ALL":
            # What was deleted while no watch ran is not in the list.
            names = {job["metadata"]["name"] for job in found}
            for attempt in by_job.values():
                if attempt.job not in names and attempt.ended_job is None and self._is_gone(attempt):
                    attempt.ended_job = job_of(attempt.step, attempt.number, self.setting)

    def _is_gone(self, attempt: _Attempt) -> bool:
        # The list may be older than the Job.
        from kubernetes.client import ApiException

        try:
            self.cluster.call(self.cluster.batch.read_namespaced_job, attempt.job, self.setting.namespace)
        except ApiException as error:
            return bool(error.status == 404)
        return False

    def _take_in_pod(self, attempt: _Attempt, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        attempt.pods[name] = pod
        if name not in attempt.logs and has_begun(pod):
            attempt.waits_for = None
            step = attempt.step.name
            attempt.logs[name] = PodLog(
                self.cluster,
                name,
                self.launcher.log_path(step),
                lambda line, step=step: self.watcher.line(step, line),  # type: ignore[misc]
            )
        why = None if has_begun(pod) or has_ended(pod) else why_waiting(pod)
        if why is not None and attempt.waits_for is None:
            attempt.waits_since = time.time()
            self.watcher.waits(attempt.step.name, why)
        attempt.waits_for = why

    def _give_up(self) -> None:
        """End attempts whose pod has waited for a node or an image for too long."""
        for attempt in self._running.values():
            waited = time.time() - attempt.waits_since
            if attempt.waits_for and attempt.given_up is None and waited > self.setting.pending_seconds:
                attempt.given_up = f"did not start within {self.setting.pending_seconds} s: {attempt.waits_for}"
                self.cluster.end_job(attempt.job)

    def _reap(self, attempt: _Attempt) -> None:
        step, job = attempt.step, attempt.ended_job or {}
        del self._running[step.name]
        pods = {pod["metadata"]["name"]: pod for pod in self._pods_of(attempt.job)}
        # What a deleted pod said at last is known from the watch alone.
        pods = attempt.pods | pods
        for name, log in attempt.logs.items():
            log.finish(_LOG_SECONDS if name in pods else 2.0)
        self._read_missed_logs(attempt, pods)
        told = verdict(job, pods.values())
        if attempt.given_up is not None:
            told = dataclasses.replace(told, exit_code=75, sentence=attempt.given_up, is_disruption=False)
        record = self._record(step, attempt.number, told)
        write_record(step_path(self.launcher.settings.runs_dir, self.setting.run_id, step.name), record)
        notes = {RECORD: json.dumps(asdict(record), ensure_ascii=False)}
        if record.exit_code == 0:
            result = self._result(step, list(pods.values())) if step.is_read else ""
            if step.is_read:
                self.launcher.result_path(step.name).parent.mkdir(parents=True, exist_ok=True)
                self.launcher.result_path(step.name).write_text(result, encoding="utf-8")
                notes |= {RESULT: result} if len(result) < _LONGEST_RESULT else {}
            self.cluster.annotate(attempt.job, notes)
            self.graph.finish(step, succeeded=True, result=result)
            self.watcher.ended(record)
            return
        self.cluster.annotate(attempt.job, notes)
        self._again_or_fail(attempt, record, told)

    def _again_or_fail(self, attempt: _Attempt, record: StepRecord, told: Verdict) -> None:
        step, code = attempt.step, record.exit_code or 1
        pause: float | None = None
        if told.is_disruption and attempt.disruptions < _MOST_DISRUPTIONS:
            attempt.disruptions += 1
            pause = 0.0
        else:
            attempt.failures += 1
            since_first = time.time() - attempt.first
            if step.retry and step.retry.again(attempt.failures, code, record.seconds or 0.0, record.message or "", since_first):
                pause = step.retry.wait(attempt.failures)
        if pause is None:
            self.failures.append(record)
            self.graph.finish(step, succeeded=False)
            self.watcher.ended(record)
            return
        attempt.number += 1
        attempt.not_before = time.time() + pause
        self._waiting.append(attempt)
        self.watcher.again(record, pause)

    def _record(self, step: Step, number: int, told: Verdict) -> StepRecord:
        """Settle an attempt's record: the stage's own where it could still write it, with the executor's sentence where it could not."""
        began = told.started or time.time()
        own = read_step(self.launcher.settings.runs_dir, self.setting.run_id, step.name) if self.cluster.shares_volume else None
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
        record.message = (
            (record.message if is_own and record.message and not told.is_disruption else told.sentence) if told.exit_code else None
        )
        if not is_own:
            self.trace.step(record)
        return record

    def _result(self, step: Step, pods: list[dict[str, Any]]) -> str:
        names = [pod["metadata"]["name"] for pod in pods if (pod.get("status") or {}).get("phase") == "Succeeded"]
        if not names:
            raise Temporary(f"what step {step.name} printed is lost with its pod; run it again with --from {step.task}")
        return without_log_lines(self.cluster.pod_log(names[-1]))

    def _read_missed_logs(self, attempt: _Attempt, pods: dict[str, dict[str, Any]]) -> None:
        """Read the log of a pod that began and ended between two looks."""
        for name, pod in pods.items():
            if name not in attempt.logs and has_ended(pod):
                log = PodLog(
                    self.cluster, name, self.launcher.log_path(attempt.step.name), lambda line: self.watcher.line(attempt.step.name, line)
                )
                log.finish(_LOG_SECONDS)

    def _pods_of(self, job: str) -> list[dict[str, Any]]:
        return self.cluster.pods(f"batch.kubernetes.io/job-name={job}")

    def _cancel(self) -> None:
        """Delete the Jobs that still run and wait for their pods to end; the steps' own records say how they did."""
        self._waiting.clear()
        going = [attempt for attempt in self._running.values() if attempt.ended_job is None]
        for attempt in going:
            self.cluster.delete_job(attempt.job)
        until = time.monotonic() + _GRACE_SECONDS
        while any(attempt.ended_job is None for attempt in going) and time.monotonic() < until and self._fault is None:
            self._take_in(_TICK_SECONDS)
        self.still_ending = any(attempt.ended_job is None for attempt in going)
        for attempt in going:
            for log in attempt.logs.values():
                log.finish(2.0)
            told = Verdict(143, "was stopped with its run", False, attempt.started, time.time(), None)
            pods = list(attempt.pods.values())
            if pods and attempt.ended_job is not None:
                told = dataclasses.replace(told, told=verdict(attempt.ended_job, pods).told)
            record = self._record(attempt.step, attempt.number, told)
            write_record(step_path(self.launcher.settings.runs_dir, self.setting.run_id, attempt.step.name), record)
            self.watcher.ended(record)
        self._running.clear()

    def _tell_left_out(self, told: set[str]) -> None:
        for name, task in self.graph.tasks.items():
            if task.state in ("Skipped", "Omitted") and name not in told:
                told.add(name)
                self.watcher.left_out(name, task.state, task.why)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: FrameType | None) -> None:
            self.stopped_by = self.stopped_by or number

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _of_other_run(job: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Tell whether a Job of the same name was made for another run."""
    return bool(job["metadata"].get("labels", {}).get(RUN) != expected["metadata"]["labels"][RUN])


def _attempt_of(job: dict[str, Any]) -> int:
    return int((job["metadata"].get("annotations") or {}).get(ATTEMPT, 1))
