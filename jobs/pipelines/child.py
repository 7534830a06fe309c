"""Start a step as a child process and settle its record when it ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jobs.errors import SettingsError
from jobs.pipelines.step import Step
from jobs.settings import Settings, child_environment
from jobs.telemetry.logs import is_verbose
from jobs.telemetry.records import StepRecord, keep_record, read_step, step_path

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_LAST_WORDS = 30


@dataclass
class Child:
    """Follow one attempt at a step: its process, when it began, what was known before.

    `began` is the clock of time.monotonic: one that is set must end no step, nor keep it from its end.
    """

    step: Step
    process: subprocess.Popen[bytes]
    started: float
    began: float
    log_start: int
    earlier: StepRecord | None
    killed_for: str | None = None


@dataclass(frozen=True)
class Launcher:
    """Know what every step of a run gets: ids, trace context, places of logs and results,
    the lock to inherit, how wide what it prints may be."""

    settings: Settings
    run_id: str
    traceparent: str
    lock: int
    columns: int

    def log_path(self, step: str) -> Path:
        """Give the place of a step's log."""
        return self.settings.runs_dir / self.run_id / "logs" / f"{step}.log"

    def result_path(self, step: str) -> Path:
        """Give the place of what a step printed for later ones."""
        return self.settings.runs_dir / self.run_id / "results" / step

    def start(self, step: Step) -> Child:
        """Start a step; its output goes to its log, or what it prints to its result when a later step reads
        it."""
        with self._log(step.name) as log:
            if not step.is_read:
                return self._start(step, log, log)
            self.result_path(step.name).parent.mkdir(parents=True, exist_ok=True)
            with self.result_path(step.name).open("wb") as result:
                return self._start(step, result, log)

    def _log(self, step: str) -> IO[bytes]:
        path = self.log_path(step)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("ab")
        except OSError:
            # A full folder of runs keeps no step from its work.
            return Path(os.devnull).open("ab")

    def _start(self, step: Step, output: IO[bytes], log: IO[bytes]) -> Child:
        environment = child_environment(
            **{
                **step.environment,
                "ZLV_RUN_ID": self.run_id,
                "ZLV_STEP": step.name,
                "TRACEPARENT": self.traceparent,
                "COLUMNS": str(self.columns),
            }
        )
        earlier = read_step(self.settings.runs_dir, self.run_id, step.name)
        started, began, log_start = time.time(), time.monotonic(), log.tell()
        # A session of its own: a terminal's Ctrl-C reaches the executor alone, which tells its steps.
        try:
            process = subprocess.Popen(
                resolve(step.command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,
                pass_fds=(self.lock,),
                preexec_fn=_end_with_parent,  # noqa: PLW1509 (one C call, made before the executor's threads matter)
            )
        except OSError as error:
            raise SettingsError(
                f"the command {step.command[0]!r} of step {step.name} cannot be started: {error.strerror}"
            ) from None
        return Child(step, process, started, began, log_start, earlier)

    def settle(self, child: Child) -> tuple[StepRecord, bool]:
        """Give the record of an attempt that ended, and whether the step's own process wrote it."""
        code = child.process.returncode
        code = 128 - code if code < 0 else code
        record = read_step(self.settings.runs_dir, self.run_id, child.step.name)
        own = record is not None and record.ended is not None and record.started >= child.started
        if record is None or record.started < child.started:
            attempt = child.earlier.attempt + 1 if child.earlier else 1
            stage = (
                child.step.command[1]
                if child.step.command[0] == "zlv" and len(child.step.command) > 1
                else child.step.task
            )
            record = StepRecord(child.step.name, stage, self.run_id, child.started, attempt=attempt)
        if not own or record.exit_code != code:
            record.ended = record.ended or time.time()
            record.status, record.exit_code = "done" if code == 0 else "failed", code
            record.message = (record.message or self._sentence(child, code)) if code else None
            keep_record(step_path(self.settings.runs_dir, self.run_id, child.step.name), record)
        if child.killed_for:
            record.message = child.killed_for
            keep_record(step_path(self.settings.runs_dir, self.run_id, child.step.name), record)
        return record, own

    def log_tail(self, child: Child, lines: int) -> list[str]:
        """Give the last lines that this attempt wrote."""
        try:
            with self.log_path(child.step.name).open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(child.log_start, size - 16_384))
                text = log.read().decode("utf-8", errors="replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()][-lines:]

    def last_words(self, child: Child) -> list[str]:
        """Give what the step printed for a person before its sentence: a table, a traceback; not its log
        lines."""
        tail = self.log_tail(child, _LAST_WORDS)
        ends = [number for number, line in enumerate(tail) if line.startswith("zlv: ")]
        return [line for line in tail[: ends[-1] if ends else None] if not line.startswith("{")]

    def _sentence(self, child: Child, code: int) -> str:
        tail = self.log_tail(child, 40)
        said = [number for number, line in enumerate(tail) if line.startswith("zlv: ")]
        if said:
            return "\n".join(tail[said[-1] :]).removeprefix("zlv: ")
        if code > 128 and child.process.returncode < 0:
            name = signal.Signals(code - 128).name
            return f"was killed by {name}" + (
                "; perhaps the machine's memory ran out" if name == "SIGKILL" else ""
            )
        # Other words may quote data: they stay in the log.
        return f"ended with exit code {code}; {self.log_path(child.step.name)} says why"


def resolve(command: tuple[str, ...]) -> list[str]:
    """Make `zlv` the program of this interpreter; any other command is as it stands."""
    if command[0] != "zlv":
        return list(command)
    beside = Path(sys.executable).with_name("zlv")
    return [
        *([str(beside)] if beside.is_file() else [sys.executable, "-c", "from jobs.cli import main; main()"]),
        *(["--verbose"] if is_verbose() else []),
        *command[1:],
    ]


def send(child: Child, number: int) -> None:
    """Send a signal to a step and all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _end_with_parent() -> None:
    # An executor that is killed outright cannot tell its steps; on Linux the kernel does.
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
