"""Serve one web source from this machine as its server would, and load it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from components import catalog_of, rows, step

from jobs.sources.lake.loading import load_lake
from jobs.sources.lake.planning import choose
from jobs.storage.retry import Backoff

QUICK = Backoff(attempts=2, initial=0.01, maximum=0.02, jitter=0.01)
BODY = b"code,zone\n" + b"".join(b"%05d,B2\n" % number for number in range(1000))
KEEP = "{class: none, treatment: keep}"
POLICY = f"domain: external\ncolumns:\n  code: {KEEP}\n  zone: {KEEP}\n"
Says = Callable[[BaseHTTPRequestHandler], None]


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    if handler.command != "HEAD":
        handler.wfile.write(body)


@contextmanager
def saying(says: Says, context: Any = None) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server that says what `says` has it say, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            says(self)

        do_HEAD = do_POST = do_GET

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def load(folder: Path, location: str, extra: str = "", **environment: str) -> Any:
    text = (
        "domain: external\ndefaults: {owner: team, producer: INSEE, licence: LO}\nsources:\n  zones:\n"
        f'    location: "{location}"\n{extra}'
        "    columns: {code: {type: VARCHAR, required: true}, zone: VARCHAR}\n"
    )
    catalog = catalog_of(folder / "catalog", external=text, policy_external=POLICY)
    home = Path(environment.pop("ZLV_HOME", str(folder / "home")))
    with step("load-lake", home, **environment) as (settings, run):
        load_lake(settings, choose(catalog), run, 1, QUICK)
        return run.record


def loaded(folder: Path) -> int:
    file = folder / "home" / "raw" / "external" / "zones.duckdb"
    return int(rows(file, "SELECT count(*) FROM zones")[0][0])


def redirect(to: str, status: int = 302) -> Says:
    def says(handler: BaseHTTPRequestHandler) -> None:
        if handler.path.startswith("/zones"):
            send(handler, b"", status, Location=to)
        else:
            send(handler, BODY)

    return says
