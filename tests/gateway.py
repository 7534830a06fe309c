"""Stand between the program and an HTTP or S3 server, and do to an object's bytes what networks do."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from listening import listening

HEAD_END = b"\r\n\r\n"
# `short` and `long` lie: fewer or more bytes than the object has, under a Content-Length that fits them.
# `open` says no length and ends at the place as if that were all.
# `shrunk` promises fewer bytes than there are when it is asked for the size alone.
BODY_FAULTS = ("cut", "reset", "stall", "open", "short", "long")
STATUS_FAULTS = {"503": "503 Slow Down", "429": "429 Too Many Requests", "500": "500 Internal Server Error"}


@dataclass(frozen=True)
class Fault:
    """What happens to each answer that holds byte `at` of an object whose path ends with `path`.

    With a kind of `STATUS_FAULTS` the answer is that status in place of the bytes. `times`: how many
    answers suffer it; None: all.
    """

    kind: str
    at: int = 0
    path: str = ""
    times: int | None = None


@dataclass
class Gateway:
    """A running gateway; `fault` may be changed between two loads, `hits` counts how often it struck."""

    upstream: int
    port: int = 0
    fault: Fault | None = None
    hits: int = 0
    stalled: threading.Event = field(default_factory=threading.Event)

    def struck(self) -> bool:
        """Tell whether an answer suffers now, and count it."""
        if self.fault is None or (self.fault.times is not None and self.hits >= self.fault.times):
            return False
        self.hits += 1
        return True


@contextmanager
def gateway(upstream: int) -> Iterator[Gateway]:
    """Run a gateway before a server of this machine."""
    gate = Gateway(upstream)
    with listening(lambda client: _answer(gate, client)) as gate.port:
        try:
            yield gate
        finally:
            gate.stalled.set()


def _answer(gate: Gateway, client: socket.socket) -> None:
    with client, contextlib.suppress(OSError):
        request = _message(client)
        if not request:
            return
        head, _, body = request.partition(HEAD_END)
        head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close"
        with socket.create_connection(("127.0.0.1", gate.upstream)) as server:
            server.sendall(head + HEAD_END + body)
            answer = b"".join(iter(lambda: server.recv(1 << 16), b""))
        method, path = head.split(b" ", 2)[:2]
        _send(gate, client, method, path.split(b"?")[0].decode(), answer)


def _message(connection: socket.socket) -> bytes:
    data = b""
    while HEAD_END not in data and (part := connection.recv(1 << 16)):
        data += part
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", data.partition(HEAD_END)[0])
    whole = len(data.partition(HEAD_END)[0]) + 4 + int(length[1]) if length else 0
    while len(data) < whole and (part := connection.recv(1 << 16)):
        data += part
    return data


def _send(gate: Gateway, client: socket.socket, method: bytes, path: str, answer: bytes) -> None:
    head, _, body = answer.partition(HEAD_END)
    head = re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head) + b"\r\nConnection: close"
    fault = gate.fault
    if fault is not None and fault.kind == "shrunk" and method == b"HEAD" and path.endswith(fault.path):
        gate.hits += 1
        client.sendall(_length(head, fault.at) + HEAD_END)
        return
    found = re.search(rb"(?i)\r\ncontent-range: *bytes (\d+)-", head)
    start = int(found[1]) if found else 0
    ok = head.split(b" ")[1] in (b"200", b"206")
    meant = fault is not None and method == b"GET" and path.endswith(fault.path) and fault.path and ok
    if (
        fault is None
        or fault.kind == "shrunk"
        or not meant
        or not start <= fault.at < start + max(len(body), 1)
        or not gate.struck()
    ):
        client.sendall(head + HEAD_END + body)
        return
    if fault.kind in STATUS_FAULTS:
        text = f"HTTP/1.1 {STATUS_FAULTS[fault.kind]}\r\nContent-Length: 0\r\nConnection: close"
        client.sendall(text.encode() + HEAD_END)
        return
    stays = body[: fault.at - start]
    if fault.kind == "long":
        stays = body[: fault.at - start] + b"#" * 50 + body[fault.at - start :]
    if fault.kind in ("short", "long"):
        head = _length(head, len(stays))
    if fault.kind == "open":
        head = re.sub(rb"(?i)\r\ncontent-length:[^\r]*", b"", head)
    client.sendall(head + HEAD_END + stays)
    if fault.kind == "stall":
        gate.stalled.wait(20)
    elif fault.kind == "reset":
        time.sleep(0.01)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _length(head: bytes, length: int) -> bytes:
    return re.sub(rb"(?i)(\r\ncontent-length:)[^\r]*", rb"\1 %d" % length, head)
