"""Run commands as whole processes, in pairs, and read their time and peak memory from the operating
system."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Measured:
    """One finished process: wall seconds, and the largest resident set in MB."""

    seconds: float
    megabytes: float


def measure(command: list[str], environment: dict[str, str], folder: Path) -> Measured:
    """Run a command to its end; a failure shows its output."""
    log = folder / "last.log"
    with log.open("w") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text()[-3000:]}")
    return Measured(seconds, usage.ru_maxrss / 1024)


def pairs(
    ours: list[str], theirs: list[str], environment: dict[str, str], folder: Path, rounds: int
) -> tuple[Measured, Measured]:
    """Run two commands in turn, A B A B …, and give the median of each: the machine's drift hits both
    alike."""
    a: list[Measured] = []
    b: list[Measured] = []
    for _ in range(rounds):
        a.append(measure(ours, environment, folder))
        b.append(measure(theirs, environment, folder))
    return _median(a), _median(b)


def _median(runs: list[Measured]) -> Measured:
    return Measured(median(run.seconds for run in runs), max(run.megabytes for run in runs))
