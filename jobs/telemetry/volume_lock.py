"""Let one run at a time work on a volume: `<runs>/lock.json` names the run, its holder, since when, and a
heartbeat.

One mechanism for every executor. The file appears by a hard link, so that of two runs started in the
same second one wins; it is changed only by who has the guard beside it. The run passes, not the
process: every step of the run refreshes the heartbeat, another run is told who holds it. A lock whose
process on this machine is gone is taken over, and one from elsewhere whose heartbeat is further away
than its lease and does not move while it is looked at: clocks jump, and differ.
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path

from jobs.errors import Temporary
from jobs.telemetry.holder import Lock
from jobs.telemetry.meanwhile import meanwhile
from jobs.telemetry.whole import beside, sync, write_whole

BEAT_SECONDS = 15.0
LOOK_AGAIN_SECONDS = BEAT_SECONDS + 5
# An executor beats all the time. Without one only running steps do: between two of them lie pauses of retries
# and of scheduling.
EXECUTOR_LEASE = 180.0
# A Job's controller lets up to ten minutes pass before it starts the successor of a killed executor.
JOB_LEASE = 720.0
STEPS_LEASE = 900.0


class NoLock(Temporary):
    """Report a lock file that names no holder: nobody but a person can tell whether one works."""


def read_lock(runs_dir: Path) -> Lock | None:
    """Read who holds the volume; None when nobody does.

    Raises NoLock (75) for a file that this program did not write, or not to its end.
    """
    try:
        values = json.loads((runs_dir / "lock.json").read_text(encoding="utf-8"))
        # A later version of the program may have written more.
        lock = Lock(**{field.name: values[field.name] for field in fields(Lock)})
        return lock.checked()
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NoLock(
            f"{runs_dir / 'lock.json'} is empty or damaged and names no run; see with `zlv runs` that none is"
            ' at work, then: zlv lock break --why "…"'
        ) from None


def take(runs_dir: Path, lock: Lock) -> Lock | None:
    """Take the lock for a run, its own from an earlier holder included; give the dead run's lock that was
    taken over.

    Raises Temporary (75): who holds it and since when.
    """
    suspect: Lock | None = None
    while True:
        with _guard(runs_dir):
            current = read_lock(runs_dir)
            if current is None and _create(runs_dir, lock):
                return None
            current = current or read_lock(runs_dir) or lock
            if current.run_id == lock.run_id:
                _write(runs_dir, replace(lock, since=current.since))
                return None
            if not current.is_dead or suspect not in (None, current):
                raise Temporary(current.sentence())
            if current.is_seen or suspect is not None:
                _write(runs_dir, lock)
                return current
        suspect = current
        logging.getLogger("zlv").warning(
            "run %s (%s) seems to have ended: looking for %.0f s whether it still works",
            current.run_id,
            current.holder,
            LOOK_AGAIN_SECONDS,
        )
        time.sleep(LOOK_AGAIN_SECONDS)


def join(runs_dir: Path, lock: Lock) -> bool:
    """Let a step pass when its run holds the volume; without a holder, take it for the run and give True."""
    current = read_lock(runs_dir)
    if current is not None and current.run_id == lock.run_id:
        refresh(runs_dir, lock.run_id)
        return False
    take(runs_dir, lock)
    return True


def refresh(runs_dir: Path, run_id: str) -> bool:
    """Set the heartbeat; give False when the run does not hold the volume any more."""
    with _guard(runs_dir):
        current = read_lock(runs_dir)
        if current is None or current.run_id != run_id:
            return False
        _write(runs_dir, replace(current, heartbeat=time.time()))
        return True


def release(runs_dir: Path, run_id: str) -> None:
    """Free the volume, if the run holds it."""
    with _guard(runs_dir):
        try:
            current = read_lock(runs_dir)
        except NoLock:
            return  # whose it is cannot be told
        if current is not None and current.run_id == run_id:
            (runs_dir / "lock.json").unlink()


def without_lock(runs_dir: Path, error: OSError) -> None:
    """Let a run work although its folder takes no lock because it is full or closed: each file still has one
    writer at a time.

    Raises the error when the folder is none.
    """
    if error.errno in (errno.ENOTDIR, errno.EEXIST, errno.ELOOP):
        raise error
    logging.getLogger("zlv").warning(
        "%s takes no lock (%s); the run goes on without one, start no other beside it",
        runs_dir,
        error.strerror,
    )


def remove(runs_dir: Path) -> None:
    """Free the volume whoever holds it."""
    with _guard(runs_dir):
        (runs_dir / "lock.json").unlink(missing_ok=True)


@contextmanager
def beating(runs_dir: Path, run_id: str, lost: Callable[[str], None]) -> Iterator[None]:
    """Keep the heartbeat going; `lost` is called once, with a sentence, when the run does not hold the volume
    any more."""

    def beat(over: threading.Event) -> None:
        while not over.wait(BEAT_SECONDS):
            try:
                if refresh(runs_dir, run_id) or over.is_set():
                    continue
                current = read_lock(runs_dir)
            except (OSError, Temporary):
                continue  # the volume has a moment of its own; the lease outlasts it
            lost(
                f"run {run_id} lost the volume: " + (current.sentence() if current else "its lock was broken")
            )
            return

    with meanwhile("heartbeat", beat):
        yield


def _create(runs_dir: Path, lock: Lock) -> bool:
    # The guard is advice of one kernel; a link has one winner on any file system.
    pending = beside(runs_dir / "lock.json", _text(lock))
    try:
        os.link(pending, runs_dir / "lock.json")
    except FileExistsError:
        return False
    finally:
        pending.unlink()
    sync(runs_dir)
    return True


def _write(runs_dir: Path, lock: Lock) -> None:
    write_whole(runs_dir / "lock.json", _text(lock))


def _text(lock: Lock) -> str:
    return json.dumps(asdict(lock), indent=1)


@contextmanager
def _guard(runs_dir: Path) -> Iterator[None]:
    runs_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(runs_dir / ".lock.guard", os.O_RDWR | os.O_CREAT, 0o660)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
