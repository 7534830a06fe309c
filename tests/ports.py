"""Find a place where a server of a test can listen."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Find a TCP port that nobody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port
