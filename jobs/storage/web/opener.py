"""Open a web address: every request of the program goes through here, bounded in time and counted."""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any, Self
from urllib.request import HTTPDefaultErrorHandler, HTTPErrorProcessor, OpenerDirector, ProxyHandler

from jobs import __version__
from jobs.errors import SettingsError, Temporary
from jobs.settings import Settings, tls_context
from jobs.storage.web.address import encoded, shown
from jobs.storage.web.rules import Asked, Door, Redirects

# One silence, and a whole answer: a gigabyte at 300 kB a second.
SILENT_SECONDS, WHOLE_SECONDS = 60.0, 3600.0


class Answer:
    """The body of an answer, counted against what the server promised; a context manager.

    `length` is the number of bytes of the body, None where nobody said it or it travels compressed.
    """

    def __init__(
        self, answer: Any, address: str, door: Door, deadline: threading.Timer, until: float
    ) -> None:
        self._answer, self._address, self._door = answer, shown(address), door
        self._deadline, self._until, self._got = deadline, until, 0
        self.headers: Mapping[str, str] = answer.headers
        self._promised = _promised(set(answer.headers.get_all("Content-Length", [])), self._address)
        coding = (self.headers.get("Content-Encoding") or "identity").strip().lower()
        if coding not in ("identity", "", "gzip", "x-gzip", "deflate"):
            raise SettingsError(
                f"{self._address} sends its content as {coding[:20]!r}, which nobody asked for: declare"
                " another location"
            )
        packed = coding not in ("identity", "")
        self._unpack = zlib.decompressobj(wbits=47 if "gzip" in coding else 15) if packed else None
        self.length = None if packed else self._promised

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes, none at the end. Raises Temporary for a body that is cut or too slow."""
        if self._unpack is None:
            return self._raw(size)
        try:
            while True:
                data = self._unpack.unconsumed_tail or self._raw(size)
                chunk = self._unpack.decompress(data, size)
                if chunk:
                    return chunk
                if not data:
                    if not self._unpack.eof:
                        raise Temporary(f"{self._address} ended before its compressed content did: run again")
                    return b""
        except zlib.error:
            raise Temporary(f"{self._address} sends damaged compressed content: run again") from None

    def close(self) -> None:
        """End the request, whatever is left of its answer."""
        self._deadline.cancel()
        self._answer.close()
        self._door.close()

    def _raw(self, size: int) -> bytes:
        try:
            chunk: bytes = self._answer.read1(size)
        except (OSError, HTTPException) as error:
            fault = "fell silent" if isinstance(error, TimeoutError) else "broke off"
        else:
            self._got += len(chunk)
            if time.monotonic() < self._until:
                if chunk or self._promised is None or self._got >= self._promised:
                    return chunk
                fault = "ended"
            else:
                fault = "took too long"
        of = f" of {self._promised}" if self._promised is not None else ""
        raise Temporary(f"{self._address} {fault} after {self._got}{of} bytes: run again") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_address(
    settings: Settings,
    address: str,
    *,
    body: bytes | None = None,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    redirects_to: Sequence[str] = (),
    silent: float = SILENT_SECONDS,
    whole: float = WHOLE_SECONDS,
) -> Answer:
    """Ask an address, by `method`, else GET, or POST where there is a `body`.

    It is bounded to `silent` seconds without a byte, and `whole` in all.

    A redirect is followed on the same host, or to one that `redirects_to` names. Raises SettingsError for a
    redirect to elsewhere, an answer that nobody can count and an address that is none; urllib's HTTPError
    for a status of a fault; OSError or HTTPException where no answer came.
    """
    given = {"User-Agent": f"zlv-warehouse/{__version__}", "Accept-Encoding": "identity", **(headers or {})}
    request = Asked(encoded(address), body, given, method=method)
    door, opener = Door(address, tls_context(settings)), OpenerDirector()
    for handler in (
        ProxyHandler(),
        door,
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
        Redirects(address, redirects_to),
    ):
        opener.add_handler(handler)
    deadline, until = threading.Timer(whole, door.end), time.monotonic() + whole
    deadline.daemon = True
    deadline.start()
    try:
        return Answer(opener.open(request, timeout=silent), address, door, deadline, until)
    except BaseException:
        deadline.cancel()
        door.close()
        raise


def _promised(told: set[str], address: str) -> int | None:
    if not told:
        return None
    text = told.pop()
    if told or not re.fullmatch(r"\s*[0-9]{1,18}\s*", text):
        raise SettingsError(
            f"{address} tells a Content-Length that is no number: ask its owner to mend it, or declare"
            " another location"
        )
    return int(text)
