"""Let one process at a time do a thing, by a lock that the kernel frees when the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, refusal: Exception | None = None) -> Iterator[None]:
    """Hold the lock of a file, made where there is none, until the block ends.

    Where another process holds it, raises `refusal`; without one, waits. A link that lies in the file's
    place is not followed: raises OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _take(descriptor, refusal)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, refusal: Exception | None) -> None:
    if refusal is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise refusal from None
