"""Know who holds a volume: which run, by which process, since when, and whether it still lives."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True)
class Lock:
    """Say which run holds a volume. Times are seconds since 1970; `born` tells a process from a later one of
    its number."""

    run_id: str
    pipeline: str
    executor: str
    host: str
    process: int
    born: int
    since: float
    heartbeat: float
    lease: float

    def checked(self) -> Lock:
        """Give itself; raises TypeError when a field was read as another type than it has."""
        texts = (self.run_id, self.pipeline, self.executor, self.host)
        numbers = (self.process, self.born, self.since, self.heartbeat, self.lease)
        if not all(isinstance(each, str) for each in texts) or not all(
            isinstance(each, int | float) for each in numbers
        ):
            raise TypeError
        return self

    @property
    def holder(self) -> str:
        return f"process {self.process}" if self.host == socket.gethostname() else self.host

    @property
    def is_dead(self) -> bool:
        """Tell whether nobody works for the run any more: its process on this machine has ended, or, of one
        elsewhere, its heartbeat is further from this clock than its lease.

        Who takes its volume looks twice: a clock that was set makes an old heartbeat of a new one.
        """
        if self.is_seen:
            return born(self.process) != self.born
        return abs(time.time() - self.heartbeat) > self.lease

    @property
    def is_seen(self) -> bool:
        """Tell whether its process is one of this machine, so that no clock need be asked."""
        return self.executor in ("local", "stage", "pod") and self.host == socket.gethostname()

    def sentence(self) -> str:
        """Say who is in the way, since when, and what to do."""
        since = datetime.fromtimestamp(self.since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        where = "home" if self.executor in ("local", "stage") else "volume"
        stop = (
            f"stop it with: kill {self.process}"
            if self.holder.startswith("process")
            else "see `zlv lock show`"
        )
        return (
            f"run {self.run_id} ({self.holder}) has held this {where} since {since}; wait for it to end, or"
            f" {stop}"
        )


def new_lock(run_id: str, pipeline: str, executor: str, lease: float) -> Lock:
    """Make the lock that this process would hold for a run."""
    now, process = time.time(), os.getpid()
    return Lock(run_id, pipeline, executor, socket.gethostname(), process, born(process), now, now, lease)


def born(process: int) -> int:
    """Give when a process started, in ticks since the machine did; 0 when it has ended or cannot be seen."""
    try:
        fields_after_name = (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        )
    except OSError:
        # No /proc on this machine: all that can be told is whether it lives.
        return int(not Path("/proc/self").exists() and _lives(process))
    return 0 if fields_after_name[0] == "Z" else int(fields_after_name[19])


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
