"""End a connection on which the server, or what stands before it, has gone silent.

A server ends a statement at its timeout, and the system notices a peer that has gone. Neither helps where
something in between keeps the connection up and hands nothing on: libpq waits for ever then.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jobs.settings import Settings
from jobs.telemetry.meanwhile import meanwhile

# What the server may need, past its own timeout, to say that it was reached.
MARGIN_SECONDS = 30
_FOLDER = Path("/proc/self/fd")
# Of Linux's `struct tcp_info`: how many bytes came in all.
_SIZE, _RECEIVED = 136, 128


@dataclass
class Watch:
    """Tell whether the connections were ended, and after how many seconds without a byte."""

    seconds: int
    ended: bool = False


@contextmanager
def heard(settings: Settings) -> Iterator[Watch]:
    """Watch the connections of this process to the application's server, known by its port, while the block
    lasts.

    Where the system tells nothing of them (no /proc), they are not watched.
    """
    watch = Watch(settings.POSTGRES_PRODUCTION_STATEMENT_TIMEOUT + MARGIN_SECONDS)
    with meanwhile("silence", partial(_listen, watch, settings.POSTGRES_PRODUCTION_PORT)):
        yield watch


def _listen(watch: Watch, port: int, over: threading.Event) -> None:
    last, since = _received(port), time.monotonic()
    while not over.wait(min(watch.seconds / 4, 5)):
        now = _received(port)
        if now != last or not now:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > watch.seconds:
            watch.ended = True
            for each in _connections(port):
                # libpq finds the end of the stream, and says so.
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            return


def _received(port: int) -> dict[int, int]:
    """Count the bytes that came on each connection to that port."""
    counts = {}
    for each in _connections(port):
        with each, contextlib.suppress(OSError):
            facts = each.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _SIZE)
            counts[os.fstat(each.fileno()).st_ino] = int(struct.unpack_from("=Q", facts, _RECEIVED)[0])
    return counts


def _connections(port: int) -> Iterator[socket.socket]:
    """Give a second handle on each connection of this process to that port."""
    for entry in _FOLDER.iterdir() if _FOLDER.is_dir() else ():
        try:
            if not str(entry.readlink()).startswith("socket:"):
                continue
            found = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue
        try:
            is_it = found.type == socket.SOCK_STREAM and found.getpeername()[1] == port
        except (OSError, IndexError, TypeError):
            is_it = False
        if is_it:
            yield found
        else:
            found.close()
