"""Write a web address as it travels, and as it may be shown."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

from jobs.errors import SettingsError

_PLAIN = "/:@!$&'()*+,;=~"


def encoded(address: str) -> str:
    """Write an address as it travels: accents, blanks and the like percent-encoded, what is so already kept.

    Raises SettingsError for what is no address of http:// or https://, or holds a user or a password.
    """
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        parts, host, port = SplitResult("", "", "", "", ""), "", None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise SettingsError(
            f"{shown(address)} is no web address that can be asked: write https:// or http://, a host without"
            " user and password, and a path"
        )
    host = f"[{host}]" if ":" in host else host
    path = _quoted(parts.path, _PLAIN) or "/"
    netloc = f"{host}:{port}" if port else host
    return SplitResult(parts.scheme, netloc, path, _quoted(parts.query, _PLAIN + "?"), "").geturl()


def shown(address: str) -> str:
    """Name an address without its user, password and query, which may hold a key."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address"
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}" if parts.netloc else "an address"


def _quoted(text: str, plain: str) -> str:
    return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe=plain + "%")
