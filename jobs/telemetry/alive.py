"""Tell whether anybody works on what a record says is running.

A run of a pipeline holds the volume. A stage that runs alone signs its record with its process, and touches
the record now and then for who looks from another machine.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.telemetry.holder import born
from jobs.telemetry.meanwhile import meanwhile
from jobs.telemetry.records import RunRecord, StepRecord, step_path
from jobs.telemetry.volume_lock import BEAT_SECONDS, EXECUTOR_LEASE, NoLock, read_lock


def held_by(runs_dir: Path) -> str | None:
    """Give the id of the run that holds the volume and is alive, if one does."""
    try:
        lock = read_lock(runs_dir)
    except NoLock:
        return None
    return lock.run_id if lock is not None and not lock.is_dead else None


def sign(record: StepRecord) -> None:
    """Say in a step's record which process works on it."""
    record.host, record.process = socket.gethostname(), os.getpid()
    record.born = born(record.process)


@contextmanager
def touching(path: Path) -> Iterator[None]:
    """Touch the record of a stage that runs alone, as long as the block lasts."""

    def touch(over: threading.Event) -> None:
        while not over.wait(BEAT_SECONDS):
            with contextlib.suppress(OSError):
                os.utime(path)

    with meanwhile("heartbeat", touch):
        yield


def is_abandoned(runs_dir: Path, record: RunRecord | StepRecord) -> bool:
    """Tell whether a record says `running` and nobody works on it any more: its process was killed."""
    if record.status != "running" or held_by(runs_dir) == record.run_id:
        return False
    if isinstance(record, RunRecord):
        return True
    if record.host == socket.gethostname():
        return born(record.process) != record.born
    try:
        touched = step_path(runs_dir, record.run_id, record.step).stat().st_mtime
    except OSError:
        return True
    return time.time() > touched + EXECUTOR_LEASE
