"""Do something in the background as long as a piece of work lasts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def meanwhile(name: str, do: Callable[[threading.Event], None]) -> Iterator[None]:
    """Call `do` in a thread; the event that it is given is set when the block ends, which waits for it."""
    over = threading.Event()
    thread = threading.Thread(target=do, args=(over,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
