"""End the process when SIGTERM or SIGINT asks for it: at once, whatever its threads and engines do.

The signal is raised in the main thread, where Python can. An engine may be deep in a statement, and a library
may swallow what is raised: a thread of its own hears the signal too, and ends the process when the main
thread has not within a few seconds. That end runs no destructors: it discards unfinished files, has the last
words written, and leaves.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from jobs.errors import Interrupted, Terminated, ZlvError
from jobs.telemetry.pipe import flush

GRACE_SECONDS = 2.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Know whether the process was asked to end, and how it ends when its main thread does not."""

    def __init__(self) -> None:
        self.by: int | None = None
        # From here on the end is near: a signal does not disturb it.
        self.is_closing = False
        # Gives False when the main thread is about to end by itself after all.
        self.last_words: Callable[[ZlvError], bool] | None = None
        self.undone: list[Callable[[], None]] = []

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Raise the first signal in the main thread; a later one is the watching thread's."""
        if self.is_closing or self.by is not None:
            return
        self.by = number
        # Not an Exception: what tries again or goes on after an error must not take this for one.
        raise KeyboardInterrupt

    @property
    def error(self) -> ZlvError | None:
        """Give what to say of an end that was asked for; None when none was."""
        if self.by is None:
            return None
        kind = Interrupted if self.by == signal.SIGINT else Terminated
        return kind(
            f"ended by {signal.Signals(self.by).name} before it was done; the last good file stands, run it"
            " again"
        )

    def watch(self, heard: int) -> None:
        """Read signals from a pipe until it is closed; end the process when the main thread does not."""
        while number := os.read(heard, 1):
            # Who set a handler of its own (an executor, a prompt) answers for its own end.
            if self.is_closing or signal.getsignal(number[0]) != self.handle:
                continue
            again, _, _ = select.select([heard], [], [], GRACE_SECONDS)
            if again and not os.read(heard, 1):
                return
            if not self.is_closing:
                self.by = self.by or number[0]
                self._leave()

    def _leave(self) -> None:
        error = self.error
        for undo in reversed(self.undone):
            with contextlib.suppress(Exception):
                undo()
        if self.last_words is not None and error is not None:
            with contextlib.suppress(Exception):
                if not self.last_words(error):
                    return
        leave(128 + (self.by or signal.SIGTERM))


_active: list[Ending] = []


@contextmanager
def hearing() -> Iterator[Ending]:
    """Hear SIGTERM and SIGINT in the block; inside another one, or off the main thread, be part of what is
    there."""
    if _active or threading.current_thread() is not threading.main_thread():
        yield _active[0] if _active else Ending()
        return
    ending = Ending()
    _active.append(ending)
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    pipe_before = signal.set_wakeup_fd(tell)
    before = {number: signal.signal(number, ending.handle) for number in _SIGNALS}
    watching = threading.Thread(target=ending.watch, args=(heard,), name="signals", daemon=True)
    watching.start()
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(pipe_before)
        _active.clear()
        os.close(tell)
        watching.join()
        os.close(heard)


def go_on() -> None:
    """Raise Terminated or Interrupted when the process was asked to end: before a file is put in place."""
    error = _active[0].error if _active else None
    if error is not None:
        raise error


@contextmanager
def undone_by(undo: Callable[[], None]) -> Iterator[None]:
    """Have `undo` called when the process has to end in the middle of the block."""
    if not _active:
        yield
        return
    ending = _active[0]
    ending.undone.append(undo)
    try:
        yield
    finally:
        ending.undone.remove(undo)


@contextmanager
def with_ctrl_c(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let `handler` answer for Ctrl-C in the block: a prompt or a pager goes on after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def leave(code: int) -> NoReturn:
    """End the process without Python's and the engines' own clean-up: a thread that is still inside an engine
    would abort it."""
    flush()
    os._exit(code)
