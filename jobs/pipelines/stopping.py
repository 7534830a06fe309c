"""Hear that a run is to stop: the first signal names how it ends, a second one waits for nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Stop:
    """Count the signals that asked a run to end; `by` is the first one's number."""

    by: int | None = None
    asked: int = 0


@contextmanager
def stopping() -> Iterator[Stop]:
    """Yield what SIGTERM, SIGINT and SIGHUP write to, in place of ending the process."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def heard(number: int, frame: FrameType | None) -> None:
        stop.by = stop.by or number
        stop.asked += 1

    before = {
        number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
