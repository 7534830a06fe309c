"""Serve a folder at a web address of this machine."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serve files without byte ranges and without a log."""

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class Untold(Quiet):
    """Do not say how long a file is."""

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Content-Length":
            super().send_header(keyword, value)


class Cut(Quiet):
    """Say that a file is longer than what comes."""

    def send_header(self, keyword: str, value: str) -> None:
        super().send_header(keyword, str(int(value) + 100) if keyword == "Content-Length" else value)


@contextmanager
def web(folder: Path, handler: type[Quiet] = Quiet) -> Iterator[str]:
    """Yield the address of a server of `folder`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
