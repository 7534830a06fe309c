"""A long statement stops when the process is told to end."""

from __future__ import annotations

import signal
import time
from types import FrameType

import duckdb
import pytest

from jobs.errors import Terminated
from jobs.storage.interrupt import interruptible

LONG = "SELECT count(*) FROM range(10_000_000) a, range(10_000_000) b WHERE a.range + b.range = 1"


def test_a_signal_is_heard_while_a_statement_runs() -> None:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Terminated("told to end")

    connection = duckdb.connect()
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    try:
        with pytest.raises(Terminated):
            interruptible(connection, lambda: connection.execute(LONG).fetchall())
    finally:
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 10
    assert interruptible(connection, lambda: connection.execute("SELECT 1").fetchall()) == [(1,)]


def test_what_goes_wrong_in_the_work_is_raised() -> None:
    with pytest.raises(duckdb.ParserException):
        interruptible(duckdb.connect(), lambda: duckdb.connect().execute("not SQL"))
