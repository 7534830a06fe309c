"""Step a run over its graph, the same for every executor: what is due, started, tried again, left out."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from jobs.pipelines.child import Launcher
from jobs.pipelines.graph import Graph
from jobs.pipelines.step import Step
from jobs.pipelines.stopping import Stop
from jobs.telemetry.records import StepRecord
from jobs.telemetry.run import RunTrace


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
class Attempt:
    """Follow a step: its attempt, what failed before it, when it began (seconds since 1970; 0: not yet).

    `not_before` and `first` are of time.monotonic: a clock that jumps must not hold a step, nor hurry it.
    """

    step: Step
    number: int = 1
    failures: int = 0
    not_before: float = 0.0
    first: float = 0.0
    started: float = 0.0


A = TypeVar("A", bound=Attempt)


@dataclass(frozen=True)
class Kept:
    """Hold what an earlier try of the run finished: the record, and what the step printed for later ones."""

    record: StepRecord
    result: str


@dataclass
class Stepping(ABC, Generic[A]):
    """Work through a graph; `rerun` tasks run even when an earlier try of this run finished them."""

    graph: Graph
    launcher: Launcher
    trace: RunTrace
    watcher: Watcher
    workers: int
    rerun: frozenset[str] = frozenset()
    failures: list[StepRecord] = field(default_factory=list)
    asked: Stop = field(default_factory=Stop)
    waiting: list[A] = field(default_factory=list)
    running: list[A] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    @property
    def stopped_by(self) -> int | None:
        """Give the signal that ends the run, if one does."""
        return self.asked.by

    @property
    def asked_to_stop(self) -> int:
        """Give how many signals came."""
        return self.asked.asked

    @abstractmethod
    def settled_before(self, step: Step, again: bool) -> Kept | A:
        """Give what an earlier try left of a step: its end, an attempt to follow (`started`), or the attempt
        to make."""

    @abstractmethod
    def start(self, attempt: A) -> None:
        """Start an attempt and put it among those that run, or settle why it cannot be."""

    @abstractmethod
    def look(self) -> None:
        """Wait a moment and settle the attempts that ended."""

    @abstractmethod
    def stop(self) -> None:
        """Tell the attempts that run to end; asked again each turn until none is left."""

    @abstractmethod
    def abandon(self) -> None:
        """Leave no step behind when the executor itself fails."""

    def run(self) -> int:
        """Run until nothing is left to do; give the exit code of the run.

        That is 0, the code of the step that failed first, or 128 + the signal that ended the run.
        """
        try:
            while self._turn():
                pass
        except BaseException:
            self.abandon()
            raise
        self.graph.cancel("the run was stopped")
        self._tell_left_out()
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        if self.graph.succeeded:
            return 0
        return (self.failures[0].exit_code or 1) if self.failures else 1

    def succeed(self, attempt: A, record: StepRecord, result: str) -> None:
        """Take in that a step is done, with what it printed."""
        self.graph.finish(attempt.step, succeeded=True, result=result)
        self.watcher.ended(record)

    def again_or_fail(self, attempt: A, record: StepRecord) -> None:
        """Try a failed step again as its retryStrategy says, else fail it."""
        attempt.failures += 1
        retry, since_first = attempt.step.retry, time.monotonic() - attempt.first
        code, message = record.exit_code or 1, record.message or ""
        if (
            self.stopped_by is None
            and retry is not None
            and retry.again(attempt.failures, code, record.seconds or 0.0, message, since_first)
        ):
            self.again(attempt, record, retry.wait(attempt.failures))
        else:
            self.fail(attempt, record)

    def again(self, attempt: A, record: StepRecord, pause: float) -> None:
        """Make another attempt after a pause, in seconds."""
        attempt.number += 1
        attempt.not_before = time.monotonic() + pause
        self.waiting.append(attempt)
        self.watcher.again(record, pause)

    def fail(self, attempt: A, record: StepRecord) -> None:
        """Take in that a step failed for good."""
        self.failures.append(record)
        self.graph.finish(attempt.step, succeeded=False)
        self.watcher.ended(record)

    def _turn(self) -> bool:
        if self.stopped_by is None:
            self._plan()
            self._tell_left_out()
            self._launch()
        else:
            self.waiting.clear()
            self.stop()
        if not self.running and not self.waiting:
            return False
        self.look()
        self.watcher.tick({attempt.step.name: attempt.started for attempt in self.running})
        return True

    def _plan(self) -> None:
        # A step that was finished before settles at once and may make others due.
        while steps := self.graph.due():
            for step in steps:
                found = self.settled_before(step, step.task in self.rerun)
                if isinstance(found, Kept):
                    self.graph.finish(step, succeeded=True, result=found.result)
                    self.watcher.kept(found.record)
                else:
                    (self.running if found.started else self.waiting).append(found)

    def _launch(self) -> None:
        for attempt in list(self.waiting):
            if len(self.running) >= self.workers:
                return
            if time.monotonic() >= attempt.not_before:
                self.waiting.remove(attempt)
                attempt.first = attempt.first or time.monotonic()
                self.start(attempt)

    def _tell_left_out(self) -> None:
        for name, task in self.graph.tasks.items():
            if task.state in ("Skipped", "Omitted") and name not in self._told:
                self._told.add(name)
                self.watcher.left_out(name, task.state, task.why)
