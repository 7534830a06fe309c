"""Tell a host, a bucket or a web address from what was pasted in its place; the value is never told."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
_PORT = re.compile(r":(\d{1,5})$")
# What boto3 takes for a bucket: names from before the stricter rules of today are still in use.
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")


def is_host(text: str) -> bool:
    """Tell whether a text is a host's name or address, and nothing more."""
    if _HOST.fullmatch(text):
        return True
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _host_and_port(value: str) -> str:
    """Keep `host[:port]`; https:// before it and / after it are habits, and are taken away."""
    text = re.sub(r"^https?://", "", value.strip(), flags=re.IGNORECASE).removesuffix("/")
    port = _PORT.search(text) if not text.endswith("]") and (text.count(":") == 1 or "]:" in text) else None
    host = text[: port.start()] if port else text
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not is_host(host) or (port and not 0 < int(port[1]) < 65536):
        raise ValueError("is no host: give host or host:port alone, without user, password or path")
    return text


def _database_host(value: str) -> str:
    """Keep what libpq takes for a host: one, several joined by commas, or a folder of sockets."""
    text = value.strip()
    if text.startswith("/") and not re.search(r"[\s@?=]|://", text):
        return text
    if not all(is_host(host) for host in text.split(",")):
        raise ValueError("is no host: give the host alone, without user, password, port or database")
    return text


def _no_address(value: str) -> str:
    """Refuse an address where a name is meant: libpq would read one, and messages show names."""
    if "://" in value or re.search(r"\bpassword\s*=", value):
        raise ValueError("is an address where a name is meant: give the name alone")
    return value


def _bucket(value: str) -> str:
    if not _BUCKET.fullmatch(value):
        raise ValueError("is no bucket's name: give the name alone, of letters, digits, '.', '-' and '_'")
    return value


def _region(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", value):
        raise ValueError("is no region: give a name such as fr-par")
    return value


def _deployment(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", value):
        raise ValueError("is no name of a Deployment: lower-case letters, digits, '-' and '.'")
    return value


def web_address(value: str) -> str:
    """Keep an address of http:// or https:// that holds no user and no password."""
    try:
        parts = urlsplit(value.strip())
        sound = parts.scheme in ("http", "https") and is_host(parts.hostname or "") and (parts.port or 1) > 0
        user = "@" in parts.netloc
    except ValueError:
        sound = user = False
    if user:
        raise ValueError("holds a user or a password: give the address without them")
    if not sound:
        raise ValueError("is no web address: it must begin with https:// or http:// and a host")
    return value.strip()


HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
DatabaseHost = Annotated[str, AfterValidator(_database_host)]
Name = Annotated[str, AfterValidator(_no_address)]
BucketName = Annotated[str, AfterValidator(_bucket)]
DeploymentName = Annotated[str, AfterValidator(_deployment)]
Region = Annotated[str, AfterValidator(_region)]
WebAddress = Annotated[str, AfterValidator(web_address)]
