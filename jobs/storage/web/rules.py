"""Say whom a web request may reach: the declared host, and by a redirect only who is declared or public."""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request

from jobs.errors import SettingsError
from jobs.storage.web.address import encoded, shown

_PORTS = {"http": 80, "https": 443}
Look = Callable[[socket.socket], None]


class Asked(Request):
    """A request that knows whether a redirect led it to another host."""

    led_away: bool = False


class Redirects(HTTPRedirectHandler):
    """Follow a redirect on the same host, or to a host that was declared; https:// stays https://."""

    max_redirections = 5

    def __init__(self, declared: str, redirects_to: Sequence[str]) -> None:
        self._declared, self._to = declared, redirects_to

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if req.data is not None:
            # What was sent would be lost on the way: the answer is told as it stands.
            return None
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        try:
            ports = [each.port or _PORTS.get(each.scheme) for each in (old, new)]
            same = new.hostname == old.hostname and (ports[0] == ports[1] or not (old.port or new.port))
        except ValueError:
            raise SettingsError(f"{shown(self._declared)} redirects to what is no address") from None
        declared = new.hostname in self._to or f"{new.hostname}:{ports[1]}" in self._to
        if (old.scheme, new.scheme) == ("https", "http"):
            raise SettingsError(
                f"{shown(self._declared)} redirects to an address in clear, {shown(newurl)}: correct the"
                " location"
            )
        if new.scheme not in _PORTS or not (same or declared):
            raise SettingsError(
                f"{shown(self._declared)} redirects to another host, {new.hostname}, which is not declared:"
                " look whether that is right, then correct the location, or name the host in redirects_to"
            )
        given, host, method = dict(req.headers), req.origin_req_host, req.get_method()
        request = Asked(encoded(newurl), headers=given, origin_req_host=host, method=method)
        request.led_away = not same or (isinstance(req, Asked) and req.led_away)
        return request


class _Plain(http.client.HTTPConnection):
    """A connection that looks at whom it reached before anything is said."""

    look: Look

    def connect(self) -> None:
        super().connect()
        try:
            self.look(self.sock)
        except BaseException:
            self.close()
            raise


class _Encrypted(http.client.HTTPSConnection, _Plain):
    """The same, before TLS begins: `HTTPSConnection` connects through `_Plain`."""


class Door(HTTPSHandler, HTTPHandler):
    """Open connections, look at whom the name led to, and keep a hold on each to end it."""

    def __init__(self, declared: str, context: Any) -> None:
        HTTPHandler.__init__(self)
        HTTPSHandler.__init__(self, context=context)
        self._inside = is_loopback(urlsplit(declared).hostname or "")
        self._tls, self._declared = context, declared
        self._held: list[socket.socket] = []

    def http_open(self, req: Request) -> Any:
        return self.do_open(partial(self._connection, _Plain, req), req)

    def https_open(self, req: Request) -> Any:
        return self.do_open(partial(self._connection, _Encrypted, req), req, context=self._tls)

    def end(self) -> None:
        """End every connection, whoever waits for it."""
        for held in self._held:
            try:
                held.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        """Let go of the connections."""
        while self._held:
            self._held.pop().close()

    def _connection(self, kind: type[_Plain], req: Request, *given: Any, **named: Any) -> _Plain:
        made = kind(*given, **named)
        # Through a proxy, the proxy decides who is reached.
        proxied = req.has_proxy() or getattr(req, "_tunnel_host", None) is not None

        def look(reached: socket.socket) -> None:
            self._held.append(socket.socket(fileno=os.dup(reached.fileno())))
            if not proxied and not self._inside:
                self._judge(str(reached.getpeername()[0]), led_away=isinstance(req, Asked) and req.led_away)

        made.look = look
        return made

    def _judge(self, peer: str, *, led_away: bool) -> None:
        ip = ipaddress.ip_address(peer.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        # Link-local is where a cloud's machines ask for their keys: nothing that is declared lies there.
        if ip.is_link_local or (led_away and not ip.is_global):
            raise SettingsError(
                f"{shown(self._declared)} leads to an address inside a private network: ask its owner, or"
                " correct the location"
            )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine by its name or address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
