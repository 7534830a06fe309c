"""Stand between a client and a server that speak any protocol, and spoil what the server says at a byte."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from listening import listening

KINDS = ("cut", "reset", "stall")


@dataclass
class RawGateway:
    """A running gateway. `kind` strikes when `at` bytes came from the server, on all connections together.

    `said` counts those bytes, `hits` how often it struck; None: nothing is spoilt.
    """

    upstream: int
    port: int = 0
    kind: str | None = None
    at: int = 0
    said: int = 0
    hits: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, kind: str | None, at: int = 0) -> None:
        """Say what happens to the connections from now on."""
        self.kind, self.at, self.said, self.hits = kind, at, 0, 0

    def left(self, length: int) -> int:
        """Count bytes that the server said; give how many of them are handed on."""
        with self.lock:
            before = self.said
            self.said += length
            if self.kind is None or self.said <= self.at:
                return length
            self.hits += 1
            return max(self.at - before, 0)


@contextmanager
def raw_gateway(upstream: int) -> Iterator[RawGateway]:
    """Run a gateway before a server of this machine."""
    gate = RawGateway(upstream)
    with listening(lambda client: _serve(gate, client)) as gate.port:
        try:
            yield gate
        finally:
            gate.over.set()


def _serve(gate: RawGateway, client: socket.socket) -> None:
    with (
        client,
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", gate.upstream)) as server,
    ):
        threading.Thread(target=_ask, args=(client, server), daemon=True).start()
        while data := server.recv(1 << 16):
            kept = gate.left(len(data))
            client.sendall(data[:kept])
            if kept == len(data):
                continue
            if gate.kind == "stall":
                gate.over.wait(60)
            elif gate.kind == "reset":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                client.shutdown(socket.SHUT_RDWR)
            return
        client.shutdown(socket.SHUT_RDWR)


def _ask(client: socket.socket, server: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while True:
            # A socket that somebody waits in is reset only once he has left it.
            if not select.select([client], [], [], 0.02)[0]:
                continue
            data = client.recv(1 << 16)
            if not data:
                break
            server.sendall(data)
        server.shutdown(socket.SHUT_WR)
