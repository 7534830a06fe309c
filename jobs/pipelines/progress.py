"""Show a run while it happens: live on a terminal, one plain line per event anywhere else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table

from jobs.pipelines.step import Step
from jobs.telemetry.logs import logged, sentence
from jobs.telemetry.records import StepRecord


class Progress(AbstractContextManager["Progress"]):
    """Tell a run's events; `log_path` gives where a step's log lies."""

    def __init__(self, console: Console, log_path: Callable[[str], Path]) -> None:
        self._console, self._log_path = console, log_path
        self._live = (
            Live(console=console, refresh_per_second=8, transient=True) if console.is_terminal else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def started(self, step: Step, attempt: int) -> None:
        """Tell that a step begins."""
        self._say("▶", "cyan", f"{step.name} started" + (f" (attempt {attempt})" if attempt > 1 else ""))

    def ended(self, record: StepRecord) -> None:
        """Tell how a step ended."""
        if record.status == "done":
            self._say("✔", "green", f"{record.step} {figures(record)}")
        else:
            self._say(
                "✘",
                "red",
                f"{record.step} failed with {record.exit_code} after {record.seconds or 0:.1f} s:"
                f" {record.message}",
            )

    def again(self, record: StepRecord, seconds: float) -> None:
        """Tell that a step failed and is tried again."""
        self._say(
            "↻",
            "yellow",
            f"{record.step} ended with {record.exit_code}: {record.message}; again in {seconds:g} s",
        )

    def left_out(self, task: str, state: str, why: str) -> None:
        """Tell that a task does not run."""
        self._say("–", "dim", f"{task} {'skipped' if state == 'Skipped' else 'left out'}: {why}")

    def kept(self, record: StepRecord) -> None:
        """Tell that a step was done by an earlier try of this run."""
        self._say("✔", "dim", f"{record.step} was done before: {figures(record)}")

    def failed(self, record: StepRecord, lines: list[str]) -> None:
        """Show what a failed step printed before its sentence."""
        for line in lines:
            self._console.print(
                f"    {readable(line)}", style="dim", markup=False, highlight=False, soft_wrap=True
            )

    def line(self, step: str, text: str) -> None:
        """Show a line of a step's log with its name in front."""
        self._console.print(f"{step} │ {readable(text)}", markup=False, highlight=False, soft_wrap=True)

    def hiccup(self, sentence: str) -> None:
        """Tell what the cluster's API does to the executor."""
        self._say("…", "yellow", sentence)

    def waits(self, step: str, why: str) -> None:
        """Tell that a step cannot begin yet."""
        self._say("…", "yellow", f"{step} waits: {why}")

    def tick(self, running: Mapping[str, float]) -> None:
        """Draw the running steps: seconds, and what each logged last."""
        if self._live is None:
            return
        table = Table.grid(padding=(0, 1))
        for name, started in running.items():
            table.add_row(
                Spinner("dots", style="cyan"),
                name,
                f"{time.time() - started:.0f} s",
                f"[dim]{escape(self._last(name))}[/dim]",
            )
        self._live.update(table)

    def _last(self, step: str) -> str:
        try:
            with self._log_path(step).open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(0, size - 2048))
                lines = [
                    line for line in log.read().decode("utf-8", errors="replace").splitlines() if line.strip()
                ]
        except OSError:
            return ""
        return readable(lines[-1])[: max(20, self._console.width - 40)] if lines else ""

    def _say(self, sign: str, style: str, text: str) -> None:
        moment = datetime.now().astimezone().strftime("%H:%M:%S")
        self._console.print(
            f"{moment} [{style}]{sign}[/{style}] {escape(text)}", highlight=False, soft_wrap=True
        )


def figures(record: StepRecord) -> str:
    """Write a step's seconds, rows and tests: `12.3 s 123,456 rows`."""
    parts = [f"{record.seconds or 0:.1f} s"]
    parts += [f"{record.rows:,} rows"] if record.rows else []
    parts += [f"{record.tests:,} tests passed"] if record.tests else []
    return " ".join(parts)


def readable(line: str) -> str:
    """Give the message and facts of a JSON log line, and any other line as it is."""
    values = logged(line)
    return line if values is None else sentence(values)
