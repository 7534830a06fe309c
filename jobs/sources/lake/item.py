"""Describe one object of a source: where it lies, what tells its content, how it may be read."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class LakeObject:
    """One object: the URL for DuckDB, its file name, what tells its content (`etag`) and its size in bytes
    (-1: not told).

    `condition` is the server's own ETag, as a reader demands it; `redirects_to` the hosts that a web
    address may lead to; `note` what is odd about the place where it was found.
    """

    url: str
    name: str
    etag: str
    size: int
    condition: str = ""
    redirects_to: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_web(self) -> bool:
        return urlsplit(self.url).scheme in ("http", "https")

    @property
    def is_read_in_place(self) -> bool:
        """Tell whether DuckDB reads it where it lies: what is at a web address is not, nor a key with steps
        such as `..`, which its client would walk."""
        steps = self.url.partition("://")[2].split("/") if "://" in self.url else []
        return not self.is_web and not {".", ".."} & set(steps)
