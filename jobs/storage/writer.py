"""Let one process at a time write a file: a lock beside it says who does."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from jobs.errors import Temporary
from jobs.telemetry.at_work import at_work


@contextmanager
def one_writer(target: Path) -> Iterator[None]:
    """Be the writer of a file in the block; the kernel ends it with the process, however that ends.

    Raises Temporary (75): who writes the file, since when, what to do.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    path = target.with_name(f".{target.name}.writer")
    descriptor = _lock(path)
    if descriptor is None:
        raise Temporary(f"{target} is being written by {_who(path)}")
    try:
        work = at_work()
        told = {"process": os.getpid(), "host": socket.gethostname(), "since": time.time(), **work}
        # Who writes is said as well as the disk lets; a full one is found where it matters.
        with contextlib.suppress(OSError):
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(told).encode(), 0)
        yield
    finally:
        # While it is held: who opened it meanwhile looks whether the name still leads here.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def forget_writers(folder: Path) -> None:
    """Remove what writers that were killed left in a folder of which nobody else is a writer now."""
    for path in folder.glob(".*.writer"):
        path.unlink(missing_ok=True)


def _lock(path: Path) -> int | None:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except BlockingIOError:
            os.close(descriptor)
            return None
        except FileNotFoundError:
            pass  # its last writer has just removed it
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _who(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromtimestamp(told["since"]).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        here = told["host"] == socket.gethostname()
        where = f"process {told['process']}" if here else str(told["host"])
        stop = f", or stop it with: kill {told['process']}" if here else ""
        run = f" of run {told['run_id']}" if told.get("run_id") else ""
        return (
            f"{told.get('step') or 'another command'}{run} ({where}) since {since}; wait for it to end{stop}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "another process, which has just begun or is about to end; try again in a moment"
