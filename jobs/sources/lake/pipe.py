"""Hand bytes to DuckDB through a pipe that a thread fills, so that nothing of them is written to disk."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path

from jobs.errors import ZlvError


@contextmanager
def piped(folder: Path, batches: Iterable[bytes]) -> Iterator[Path]:
    """Yield a pipe that a thread fills with `batches`; raise what went wrong while filling it."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        pipe = Path(home) / "records.csv"
        os.mkfifo(pipe, 0o600)
        done = threading.Event()
        wrong: list[BaseException] = []

        def fill() -> None:
            try:
                with os.fdopen(_writer(pipe, done), "wb") as file:
                    for batch in batches:
                        file.write(batch)
            except BrokenPipeError:
                return
            except BaseException as error:
                wrong.append(error)

        # It fills in the name of who reads: what comes by is counted there.
        thread = threading.Thread(target=copy_context().run, args=(fill,), daemon=True)
        thread.start()
        try:
            yield pipe
        except Exception:
            done.set()
            thread.join()
            # What came through was cut short, so that what the query says of it is no news.
            if wrong and isinstance(wrong[0], ZlvError):
                raise wrong[0] from None
            raise
        finally:
            done.set()
            thread.join()
        if wrong:
            raise wrong[0]


def _writer(pipe: Path, done: threading.Event) -> int:
    """Open the writing end once somebody reads; nobody may, when the query fails first."""
    while not done.is_set():
        try:
            descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(0.005)
            continue
        os.set_blocking(descriptor, True)
        return descriptor
    raise BrokenPipeError
