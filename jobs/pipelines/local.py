"""Run a pipeline's steps as child processes of this machine, side by side where none waits for another."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass, field

from jobs.errors import SettingsError
from jobs.pipelines.child import Child, send
from jobs.pipelines.step import Step
from jobs.pipelines.stepping import Attempt, Kept, Stepping
from jobs.telemetry.records import StepRecord, keep_record, read_step, step_path

_TICK_SECONDS = 0.05
# As long as a pod has; then SIGKILL.
_GRACE_SECONDS = 30.0


@dataclass
class LocalExecutor(Stepping[Attempt]):
    """Work through a graph with child processes, held by the name of their step; `in_pod`: they are all that
    a pod is for."""

    in_pod: bool = field(default=False, kw_only=True)
    _children: dict[str, Child] = field(default_factory=dict)
    _stop_until: float | None = None

    def run(self) -> int:
        code = super().run()
        # The pod's Job reads the code: a step's signal is not its pod's.
        return 1 if self.in_pod and code > 128 and self.stopped_by is None else code

    def settled_before(self, step: Step, again: bool) -> Kept | Attempt:
        earlier = read_step(self.launcher.settings.runs_dir, self.launcher.run_id, step.name)
        has_result = not step.is_read or self.launcher.result_path(step.name).is_file()
        if earlier and earlier.status == "done" and not again and has_result:
            return Kept(earlier, self._result(step))
        return Attempt(step)

    def start(self, attempt: Attempt) -> None:
        step = attempt.step
        self.watcher.started(step, attempt.number)
        try:
            child = self.launcher.start(step)
        except SettingsError as error:
            now = time.time()
            record = StepRecord(
                step.name,
                step.task,
                self.launcher.run_id,
                now,
                now,
                "failed",
                SettingsError.exit_code,
                message=str(error),
            )
            keep_record(step_path(self.launcher.settings.runs_dir, self.launcher.run_id, step.name), record)
            self.trace.step(record)
            self.fail(attempt, record)
            self.watcher.failed(record, [])
        else:
            attempt.started, self._children[step.name] = child.started, child
            self.running.append(attempt)

    def look(self) -> None:
        time.sleep(_TICK_SECONDS)
        for attempt in list(self.running):
            child = self._children[attempt.step.name]
            if child.process.poll() is None:
                continue
            self.running.remove(attempt)
            record, own = self.launcher.settle(child)
            if not own:
                self.trace.step(record)
            if record.exit_code == 0:
                self.succeed(attempt, record, self._result(attempt.step))
                continue
            failed = len(self.failures)
            self.again_or_fail(attempt, record)
            if len(self.failures) > failed:
                self.watcher.failed(record, self.launcher.last_words(child))
        self._press()

    def stop(self) -> None:
        """Hand a signal on to the steps; asked a second time, nothing waits any longer."""
        if self._stop_until is None:
            self._stop_until = time.monotonic() + _GRACE_SECONDS
            for child in self._running():
                send(child, signal.SIGTERM)
        if self.asked_to_stop > 1:
            self._stop_until = time.monotonic()

    def abandon(self) -> None:
        for child in self._running():
            send(child, signal.SIGTERM)
        for child in self._running():
            try:
                child.process.wait(_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                send(child, signal.SIGKILL)

    def _press(self) -> None:
        """End steps that are over their deadline, and what outlives the grace after a signal."""
        now = time.monotonic()
        for child in self._running():
            deadline = child.step.deadline
            if deadline is not None and child.killed_for is None and now > child.began + deadline:
                child.killed_for = f"took longer than its {deadline:g} s and was stopped"
                send(child, signal.SIGTERM)
            overdue = deadline is not None and now > child.began + deadline + _GRACE_SECONDS
            if overdue or (self._stop_until is not None and now > self._stop_until):
                send(child, signal.SIGKILL)

    def _running(self) -> list[Child]:
        return [self._children[attempt.step.name] for attempt in self.running]

    def _result(self, step: Step) -> str:
        return (
            self.launcher.result_path(step.name).read_text(encoding="utf-8").rstrip("\n")
            if step.is_read
            else ""
        )
