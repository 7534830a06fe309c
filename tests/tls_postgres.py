"""Speak TLS before a PostgreSQL that does not: the embedded one is built without it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from authority import Authority
from reader_postgres import Postgres

# What a client sends to ask for TLS: its length and a number that is no version.
_SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")


@contextmanager
def over_tls(server: Postgres, own: Authority) -> Iterator[Postgres]:
    """Yield the same server at another port, which answers a request for TLS with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = door.accept()
                    threading.Thread(target=_pass, args=(client, context, server.port), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield replace(server, port=door.getsockname()[1])


def _pass(client: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", port)) as upstream:
        first = client.recv(8)
        if first == _SSL_REQUEST:
            client.sendall(b"S")
            spoken: socket.socket = context.wrap_socket(client, server_side=True)
        else:
            spoken = client
            upstream.sendall(first)
        threading.Thread(target=_copy, args=(upstream, spoken), daemon=True).start()
        _copy(spoken, upstream)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
