"""Put before moto's S3 server what real servers insist on: a region, TLS, codes of their own."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authority import Authority
from components import BUCKET, Lake

Environ = dict[str, Any]
# Gives (status, code) for a request that is refused, None for one that is served.
Rule = Callable[[Environ], tuple[str, str] | None]


@dataclass
class Strict(Lake):
    """A running server; `asked` holds method and path of each request."""

    asked: list[str] = field(default_factory=list)
    scheme: str = "http"

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "CELLAR_USE_SSL": str(self.scheme == "https").lower()}


def region(expected: str) -> Rule:
    """Refuse what is signed for another region, as most servers do."""

    def rule(environ: Environ) -> tuple[str, str] | None:
        scope = str(environ.get("HTTP_AUTHORIZATION", ""))
        return None if f"/{expected}/s3/" in scope else ("400 Bad Request", "AuthorizationHeaderMalformed")

    return rule


def always(status: str, code: str, method: str = "", times: int = 1 << 30) -> Rule:
    """Refuse requests of a method (any, when empty), the first `times` of them."""
    left = [times]

    def rule(environ: Environ) -> tuple[str, str] | None:
        if (method and environ["REQUEST_METHOD"] != method) or left[0] <= 0:
            return None
        left[0] -= 1
        return status, code

    return rule


@contextmanager
def strict_s3(
    rule: Rule = lambda _: None,
    tls: Authority | None = None,
    headers: Callable[[list[tuple[str, str]]], list[tuple[str, str]]] = lambda found: found,
    body: Callable[[bytes], bytes] = lambda found: found,
) -> Iterator[Strict]:
    """Run moto's S3 server behind a rule; `headers` and `body` change what it answers."""
    import logging

    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    moto = DomainDispatcherApplication(create_backend_app)
    asked: list[str] = []

    def application(environ: Environ, start: Any) -> Iterable[bytes]:
        asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        refused = rule(environ)
        if refused is None:
            kept: list[Any] = []
            content = b"".join(moto(environ, lambda *given: kept.extend(given[:2])))
            content = body(content)
            fields = [(name, value) for name, value in headers(kept[1]) if name.lower() != "content-length"]
            length = dict(kept[1]).get("Content-Length", "0") if environ["REQUEST_METHOD"] == "HEAD" else ""
            start(kept[0], [*fields, ("Content-Length", length or str(len(content)))])
            return [content]
        status, code = refused
        text = f"<Error><Code>{code}</Code><Message>expecting 'fr-par'</Message></Error>".encode()
        if code == "AuthorizationHeaderMalformed":
            text = text.replace(b"</Message>", b"</Message><Region>fr-par</Region>")
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]

    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
    server = make_server("127.0.0.1", 0, application, threaded=True, ssl_context=context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Strict(server.server_port, asked, "https" if tls else "http")
    finally:
        server.shutdown()
        server.server_close()


__all__ = ["BUCKET", "Rule", "Strict", "always", "region", "strict_s3"]
