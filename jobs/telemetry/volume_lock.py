"""Let one run at a time work on a volume: `<runs>/lock.json` names the run, its holder, since when, and a
heartbeat.

One mechanism for every executor. The file appears by a hard link, so that of two runs started in the
same second one wins; it is changed only by who has the guard beside it. The run passes, not the
process: every step of the run refreshes the heartbeat, another run is told who holds it. A lock whose
heartbeat is older than its lease, or whose process on this machine is gone, is taken over.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from jobs.errors import Temporary

BEAT_SECONDS = 15.0
# An executor beats all the time. Without one only running steps do: between two of them lie pauses of retries
# and of scheduling.
EXECUTOR_LEASE = 180.0
# A Job's controller lets up to ten minutes pass before it starts the successor of a killed executor.
JOB_LEASE = 720.0
STEPS_LEASE = 900.0


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

    @property
    def holder(self) -> str:
        return f"process {self.process}" if self.host == socket.gethostname() else self.host

    @property
    def is_dead(self) -> bool:
        """Tell whether nobody works for the run any more: silent for its lease, or its process on this
        machine has ended."""
        if time.time() > self.heartbeat + self.lease:
            return True
        return (
            self.executor in ("local", "stage")
            and self.host == socket.gethostname()
            and _born(self.process) != self.born
        )

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
    return Lock(run_id, pipeline, executor, socket.gethostname(), process, _born(process), now, now, lease)


def read_lock(runs_dir: Path) -> Lock | None:
    """Read who holds the volume; None when nobody does."""
    try:
        values = json.loads((runs_dir / "lock.json").read_text(encoding="utf-8"))
        # A later version of the program may have written more.
        return Lock(**{field.name: values[field.name] for field in fields(Lock)})
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise Temporary(
            f"{runs_dir / 'lock.json'} is no lock of this program; look at it, then `zlv lock break --why …`"
        ) from None


def take(runs_dir: Path, lock: Lock) -> Lock | None:
    """Take the lock for a run, its own from an earlier holder included; give the dead run's lock that was
    taken over.

    Raises Temporary (75): who holds it and since when.
    """
    with _guard(runs_dir):
        current = read_lock(runs_dir)
        if current is None and _create(runs_dir, lock):
            return None
        current = current or read_lock(runs_dir) or lock
        if current.run_id == lock.run_id:
            _write(runs_dir, replace(lock, since=current.since))
            return None
        if not current.is_dead:
            raise Temporary(current.sentence())
        _write(runs_dir, lock)
        return current


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
        current = read_lock(runs_dir)
        if current is not None and current.run_id == run_id:
            (runs_dir / "lock.json").unlink()


def remove(runs_dir: Path) -> None:
    """Free the volume whoever holds it."""
    with _guard(runs_dir):
        (runs_dir / "lock.json").unlink(missing_ok=True)


@contextmanager
def beating(runs_dir: Path, run_id: str, lost: Callable[[str], None]) -> Iterator[None]:
    """Keep the heartbeat going; `lost` is called once, with a sentence, when the run does not hold the volume
    any more."""
    over = threading.Event()

    def beat() -> None:
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

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _create(runs_dir: Path, lock: Lock) -> bool:
    # The guard is advice of one kernel; a link has one winner on any file system.
    pending = _pending(runs_dir, lock)
    try:
        os.link(pending, runs_dir / "lock.json")
    except FileExistsError:
        return False
    finally:
        pending.unlink()
    return True


def _write(runs_dir: Path, lock: Lock) -> None:
    _pending(runs_dir, lock).replace(runs_dir / "lock.json")


def _pending(runs_dir: Path, lock: Lock) -> Path:
    path = runs_dir / f".lock.{socket.gethostname()}.{os.getpid()}.{threading.get_ident()}"
    path.write_text(json.dumps(asdict(lock), indent=1), encoding="utf-8")
    return path


@contextmanager
def _guard(runs_dir: Path) -> Iterator[None]:
    runs_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(runs_dir / ".lock.guard", os.O_RDWR | os.O_CREAT, 0o660)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _born(process: int) -> int:
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
