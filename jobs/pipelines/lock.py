"""Hold the volume for a run while an executor works, and break the lock of a run that nobody ends."""

from __future__ import annotations

import fcntl
import getpass
import json
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.errors import SettingsError, Temporary
from jobs.telemetry.holder import Lock, new_lock
from jobs.telemetry.records import read_run, run_path, write_record
from jobs.telemetry.volume_lock import (
    EXECUTOR_LEASE,
    JOB_LEASE,
    NoLock,
    beating,
    read_lock,
    release,
    remove,
    take,
    without_lock,
)

# Steps of an executor that was killed get SIGTERM; this long they have to end.
_LAST_STEPS_SECONDS = 60.0


@dataclass
class Hold:
    """Hold the volume. `descriptor` is for local steps to inherit; `keep` leaves the lock to its lease
    because steps still end; `lost` says that another took it."""

    descriptor: int
    keep: bool = False
    lost: str | None = None


@contextmanager
def hold(runs_dir: Path, run_id: str, pipeline: str, executor: str) -> Iterator[Hold]:
    """Hold the volume for a run, with a heartbeat; a run that loses it stops as on SIGTERM.

    Local steps have `lock.alive` open as their executor does, so that steps that outlive a killed
    executor still keep others out. Raises Temporary (75): who holds it and since when.
    """
    descriptor = _alive(runs_dir)
    held = Hold(descriptor)

    def lost(sentence: str) -> None:
        held.lost = sentence
        os.kill(os.getpid(), signal.SIGTERM)

    try:
        if executor in ("local", "pod"):
            _wait_for_last_steps(runs_dir, descriptor)
        lease = EXECUTOR_LEASE if executor == "local" else JOB_LEASE
        try:
            dead = take(runs_dir, new_lock(run_id, pipeline, executor, lease))
        except OSError as error:
            without_lock(runs_dir, error)
            yield held
            return
        if dead is not None:
            logging.getLogger("zlv").warning(
                "took over the volume of run %s (%s), which nobody works for any more",
                dead.run_id,
                dead.holder,
            )
        with beating(runs_dir, run_id, lost):
            try:
                yield held
            finally:
                if not held.keep:
                    release(runs_dir, run_id)
    finally:
        os.close(descriptor)


def _alive(runs_dir: Path) -> int:
    """Open the file that all processes of a run have open; one of nobody's where the folder takes none."""
    try:
        runs_dir.mkdir(parents=True, exist_ok=True)
        return os.open(runs_dir / "lock.alive", os.O_RDWR | os.O_CREAT, 0o660)
    except OSError as error:
        without_lock(runs_dir, error)
        return os.memfd_create("lock.alive")


def break_lock(runs_dir: Path, why: str) -> Lock | None:
    """Free the volume whoever holds it, and keep who did it and why: in `lock-breaks.jsonl` and in the run's
    record.

    Gives the lock, None for a file that named nobody. Raises SettingsError when nobody holds the volume.
    """
    try:
        lock = read_lock(runs_dir)
        if lock is None:
            raise SettingsError(f"no run holds {runs_dir.parent}; there is nothing to break")
    except NoLock:
        lock = None
    remove(runs_dir)
    entry = {
        "time": time.time(),
        "by": _who(),
        "why": why,
        "run_id": lock.run_id if lock else None,
        "holder": lock.holder if lock else None,
        "since": lock.since if lock else None,
    }
    with (runs_dir / "lock-breaks.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")
    record = read_run(runs_dir, lock.run_id) if lock else None
    if lock is not None and record is not None:
        record.notes.append(f"its lock was broken by {entry['by']}: {why}")
        write_record(run_path(runs_dir, lock.run_id), record)
    return lock


def _wait_for_last_steps(runs_dir: Path, descriptor: int) -> None:
    until = time.monotonic() + _LAST_STEPS_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock = read_lock(runs_dir)
            if lock is None or not lock.is_dead or time.monotonic() > until:
                just = (
                    "another run has just begun or is about to end on this home; try again in a moment (`zlv"
                    " runs`)"
                )
                raise Temporary(lock.sentence() if lock else just) from None
            time.sleep(0.2)
        else:
            return


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
