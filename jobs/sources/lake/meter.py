"""Say every few seconds how much of an object is read: bytes that come by here, or DuckDB's own reading."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import duckdb

from jobs.sources.lake.item import LakeObject
from jobs.telemetry import StageRun
from jobs.telemetry.meanwhile import meanwhile
from jobs.telemetry.pace import PROGRESS_SECONDS, to_go

_LOOK_SECONDS = 0.25
_CURRENT: ContextVar[Meter | None] = ContextVar("meter", default=None)


class Meter:
    """Follow the reading of one object. It may be read several times (copied, looked at, loaded): each is a
    pass of its own."""

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._moved = False
        self.begin(size)

    def begin(self, total: int | None) -> None:
        """Begin a pass over so many bytes (None: nobody knows)."""
        self._total, self._done, self._begun = total or 0, 0.0, time.monotonic()

    def add(self, count: int) -> None:
        """Take in that bytes came by."""
        self._done += count
        self._moved = True

    def look(self, percent: float) -> None:
        """Take in how much of its statement DuckDB has done; it counts unless bytes come by here."""
        moved, self._moved = self._moved, False
        if moved or percent <= 0:
            return
        done = self._size * min(percent, 100.0) / 100
        if done < self._done:
            self.begin(self._size)
        self._done = done

    def sentence(self) -> str | None:
        """Say how far the pass is; None when nothing came yet."""
        seconds = time.monotonic() - self._begun
        if self._done <= 0 or seconds <= 0:
            return None
        of = f" of {self._total / 1e6:.1f}" if self._total > 0 else ""
        rate = f"{self._done / 1e6 / seconds:.1f} MB/s"
        rest = to_go(self._done, self._total, seconds)
        return f"{self._name}: read {self._done / 1e6:.1f}{of} MB, {rate}{rest}"


def current() -> Meter | None:
    """Give the meter of the object that is read in this context, if one is."""
    return _CURRENT.get()


@contextmanager
def metered(
    run: StageRun, name: str, item: LakeObject, connection: duckdb.DuckDBPyConnection
) -> Iterator[None]:
    """Say every few seconds how much of an object is read in the block."""
    meter = Meter(name, item.size)

    def follow(over: threading.Event) -> None:
        told = time.monotonic()
        while not over.wait(_LOOK_SECONDS):
            with contextlib.suppress(duckdb.Error):
                meter.look(connection.query_progress())
            if time.monotonic() - told >= PROGRESS_SECONDS and (sentence := meter.sentence()):
                told = time.monotonic()
                run.log.info(sentence)

    before = _CURRENT.set(meter)
    try:
        with meanwhile("meter", follow):
            yield
    finally:
        _CURRENT.reset(before)


def show_progress(cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Let a cursor be asked how far its statement is; a session that is closed lets nothing be set."""
    cursor.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    return cursor
