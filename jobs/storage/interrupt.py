"""Stop a long statement when the process is told to end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

Result = TypeVar("Result")


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """Do `work` on `connection` in a thread, so that the main thread hears SIGTERM while a statement runs.

    A signal's handler runs between two steps of Python, and a statement is one step, however long.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work)
        try:
            return future.result()
        except BaseException:
            connection.interrupt()
            raise
