"""Let one run at a time work on a home: a lock on the runs folder that names its holder.

The kernel keeps the lock (flock) and frees it when the last process that has it open ends. The
steps have it open too: steps that outlive a killed executor still keep others out.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jobs.errors import Temporary

# Steps of an executor that was killed get SIGTERM; this long they have to end.
_LAST_STEPS_SECONDS = 60.0


@contextmanager
def hold(runs_dir: Path, run_id: str, pipeline: str) -> Iterator[int]:
    """Hold the lock and yield its descriptor, for the steps to inherit.

    Raises Temporary (75): who holds it and since when.
    """
    runs_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(runs_dir / "lock", os.O_RDWR | os.O_CREAT, 0o640)
    try:
        _acquire(descriptor)
        holder = {"run_id": run_id, "pipeline": pipeline, "pid": os.getpid(), "since": time.time()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def held_by(runs_dir: Path) -> str | None:
    """Give the id of the run that holds the lock, if one does."""
    path = runs_dir / "lock"
    if not path.exists():
        return None
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return str(_holder(file.fileno()).get("run_id", "?"))
    return None


def _acquire(descriptor: int) -> None:
    until = time.monotonic() + _LAST_STEPS_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(descriptor)
            if _alive(holder.get("pid")) or time.monotonic() > until:
                raise Temporary(_sentence(holder)) from None
            time.sleep(0.2)
        else:
            return


def _sentence(holder: dict[str, Any]) -> str:
    if "run_id" not in holder:
        return "another run has just begun on this home; try again when it has ended (`zlv runs`)"
    since = datetime.fromtimestamp(float(holder["since"])).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    who = f"run {holder['run_id']} (process {holder['pid']}) has held this home since {since}"
    return f"{who}; wait for it to end, or stop it with: kill {holder['pid']}"


def _holder(descriptor: int) -> dict[str, Any]:
    try:
        values = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _alive(pid: object) -> bool:
    # A holder that has not written its name yet counts as alive.
    if not isinstance(pid, int):
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
