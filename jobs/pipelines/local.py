"""Run a pipeline's steps as child processes of this machine, side by side where none waits for another."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from jobs.errors import SettingsError
from jobs.pipelines.child import Child, Launcher, send
from jobs.pipelines.graph import Graph, Step
from jobs.settings import Settings
from jobs.telemetry.records import StepRecord, read_step, step_path, write_record
from jobs.telemetry.run import RunTrace

_TICK_SECONDS = 0.05
# As long as a pod has; then SIGKILL.
_GRACE_SECONDS = 30.0


class Watcher(Protocol):
    """Be told what happens, to show it."""

    def started(self, step: Step, attempt: int) -> None: ...
    def ended(self, record: StepRecord) -> None: ...
    def again(self, record: StepRecord, seconds: float) -> None: ...
    def left_out(self, task: str, state: str, why: str) -> None: ...
    def kept(self, record: StepRecord) -> None: ...
    def failed(self, record: StepRecord, lines: list[str]) -> None: ...
    def tick(self, running: Mapping[str, float]) -> None: ...


@dataclass
class _Attempt:
    """Count the attempts at a step in this run of the executor."""

    step: Step
    number: int = 0
    not_before: float = 0.0
    first: float = 0.0


@dataclass
class LocalExecutor:
    """Work through a graph; `rerun` steps run even when an earlier try of this run finished them."""

    settings: Settings
    graph: Graph
    launcher: Launcher
    trace: RunTrace
    watcher: Watcher
    workers: int
    rerun: frozenset[str] = frozenset()
    failures: list[StepRecord] = field(default_factory=list)
    stopped_by: int | None = None
    _waiting: list[_Attempt] = field(default_factory=list)
    _running: list[tuple[_Attempt, Child]] = field(default_factory=list)
    _asked_to_stop: int = 0
    _stop_until: float | None = None

    def run(self) -> int:
        """Run until nothing is left to do; give the exit code of the run.

        That is 0, the code of the step that failed first, or 128 + the signal that ended the run.
        """
        told: set[str] = set()
        try:
            with self._signals():
                while self._turn(told):
                    pass
        finally:
            self._stop_all()
        self.graph.cancel("the run was stopped")
        self._tell_left_out(told)
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        if self.graph.succeeded:
            return 0
        return (self.failures[0].exit_code or 1) if self.failures else 1

    def _turn(self, told: set[str]) -> bool:
        if self.stopped_by is None:
            self._plan()
            self._tell_left_out(told)
            self._launch()
        if not self._running and not self._waiting:
            return False
        time.sleep(_TICK_SECONDS)
        self._obey()
        self._reap()
        self._press()
        self.watcher.tick({child.step.name: child.started for _, child in self._running})
        return True

    def _plan(self) -> None:
        # A step that was finished before settles at once and may make others due.
        while steps := self.graph.due():
            for step in steps:
                earlier = read_step(self.settings.runs_dir, self.launcher.run_id, step.name)
                if earlier and earlier.status == "done" and step.task not in self.rerun and self._has_result(step):
                    self.graph.finish(step, succeeded=True, result=self._result(step))
                    self.watcher.kept(earlier)
                else:
                    self._waiting.append(_Attempt(step))

    def _launch(self) -> None:
        for attempt in list(self._waiting):
            if len(self._running) >= self.workers:
                return
            if time.time() < attempt.not_before:
                continue
            self._waiting.remove(attempt)
            attempt.number += 1
            attempt.first = attempt.first or time.time()
            self.watcher.started(attempt.step, attempt.number)
            try:
                self._running.append((attempt, self.launcher.start(attempt.step)))
            except SettingsError as error:
                now, step = time.time(), attempt.step
                record = StepRecord(
                    step.name, step.task, self.launcher.run_id, now, now, "failed", SettingsError.exit_code, message=str(error)
                )
                write_record(step_path(self.settings.runs_dir, self.launcher.run_id, step.name), record)
                self.trace.step(record)
                self._fail(step, record, [])

    def _reap(self) -> None:
        for attempt, child in list(self._running):
            if child.process.poll() is None:
                continue
            self._running.remove((attempt, child))
            record, own = self.launcher.settle(child)
            if not own:
                self.trace.step(record)
            if record.exit_code == 0:
                self.graph.finish(child.step, succeeded=True, result=self._result(child.step))
                self.watcher.ended(record)
                continue
            seconds, code = time.time() - child.started, record.exit_code or 1
            retry = child.step.retry
            since_first = time.time() - attempt.first
            if (
                self.stopped_by is None
                and retry is not None
                and retry.again(attempt.number, code, seconds, record.message or "", since_first)
            ):
                pause = retry.wait(attempt.number)
                attempt.not_before = time.time() + pause
                self._waiting.append(attempt)
                self.watcher.again(record, pause)
            else:
                self._fail(child.step, record, self.launcher.last_words(child))

    def _fail(self, step: Step, record: StepRecord, lines: list[str]) -> None:
        self.failures.append(record)
        self.graph.finish(step, succeeded=False)
        self.watcher.ended(record)
        self.watcher.failed(record, lines)

    def _obey(self) -> None:
        """Hand a signal on to the steps; asked a second time, nothing waits any longer."""
        if self.stopped_by is None:
            return
        self._waiting.clear()
        if self._stop_until is None:
            self._stop_until = time.time() + _GRACE_SECONDS
            for _, child in self._running:
                send(child, signal.SIGTERM)
        if self._asked_to_stop > 1:
            self._stop_until = time.time()

    def _stop_all(self) -> None:
        """Leave no step behind when the executor itself fails."""
        for _, child in self._running:
            send(child, signal.SIGTERM)
        for _, child in self._running:
            try:
                child.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                send(child, signal.SIGKILL)

    def _press(self) -> None:
        """End steps that are over their deadline, and what outlives the grace after a signal."""
        now = time.time()
        for _, child in self._running:
            deadline = child.step.deadline
            if deadline is not None and child.killed_for is None and now > child.started + deadline:
                child.killed_for = f"took longer than its {deadline:g} s and was stopped"
                send(child, signal.SIGTERM)
            overdue = deadline is not None and now > child.started + deadline + _GRACE_SECONDS
            if overdue or (self._stop_until is not None and now > self._stop_until):
                send(child, signal.SIGKILL)

    def _tell_left_out(self, told: set[str]) -> None:
        for name, task in self.graph.tasks.items():
            if task.state in ("Skipped", "Omitted") and name not in told:
                told.add(name)
                self.watcher.left_out(name, task.state, task.why)

    def _has_result(self, step: Step) -> bool:
        return not step.is_read or self.launcher.result_path(step.name).is_file()

    def _result(self, step: Step) -> str:
        return self.launcher.result_path(step.name).read_text(encoding="utf-8").rstrip("\n") if step.is_read else ""

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.stopped_by = self.stopped_by or number
            self._asked_to_stop += 1

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
