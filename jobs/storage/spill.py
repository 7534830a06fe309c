"""Give each session a folder of its own to spill to: two in one folder write each other's files and crash."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import itertools
import os
import secrets
import shutil
import socket
from pathlib import Path

# The process's folder by the folder that it lies in, and the descriptor that holds its lock until the end.
_own: dict[Path, tuple[Path, int]] = {}
_numbers = itertools.count(1)


def own_spill(folder: Path) -> Path:
    """Make a new session's folder below `folder`; what dead processes left there is removed.

    A process holds a lock on its folder, which the kernel frees however the process ends.
    """
    if folder not in _own:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_left(folder)
        _own[folder] = _take(folder)
    session = _own[folder][0] / str(next(_numbers))
    session.mkdir(parents=True, exist_ok=True)
    return session


def _take(folder: Path) -> tuple[Path, int]:
    while True:
        own = folder / f"process-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        own.mkdir(mode=0o700)
        descriptor = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if own.exists():
                atexit.register(shutil.rmtree, own, ignore_errors=True)
                return own, descriptor
        # Another process took it for one that was left.
        os.close(descriptor)


def _remove_left(folder: Path) -> None:
    for left in folder.glob("process-*"):
        try:
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            pass  # its process is at work
        finally:
            os.close(descriptor)
