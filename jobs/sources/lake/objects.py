"""Find and read a source's objects wherever its URL points: S3, HTTPS, or files."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

from jobs.catalog import Source
from jobs.errors import SettingsError, Temporary, ZlvError
from jobs.settings import Settings
from jobs.sources.lake.counted import Body, counted
from jobs.sources.lake.faults import told_web
from jobs.sources.lake.item import LakeObject
from jobs.sources.lake.keys import find_in_bucket
from jobs.sources.lake.secret import NEEDED
from jobs.storage.s3 import READ_SECONDS, client, told
from jobs.storage.web import Answer, open_address, shown

__all__ = ["Lake", "LakeObject"]


class Lake:
    """Reach the objects of sources. One client for all threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self, source: Source) -> list[LakeObject]:
        """List a source's objects, by name, at the first of its places that has any; none when it is absent.

        Raises SettingsError for keys or a bucket that are wrong, Temporary for what may pass.
        """
        for place in source.places:
            if found := self._find(source, place):
                return found
        return []

    def _find(self, source: Source, place: str) -> list[LakeObject]:
        location = self._located(source, place)
        scheme = urlsplit(location).scheme
        if scheme == "s3":
            pattern = location.removeprefix(f"s3://{self._bucket}/")
            return find_in_bucket(self._client, self._bucket, pattern)
        if scheme in ("http", "https"):
            return self._find_http(location, source)
        if scheme not in ("", "file"):
            raise SettingsError(
                f"{source.name}: {scheme}:// is not read; a location is s3://{{lake}}/…, https://… or a path"
            )
        # Only `*` is a sign of a location; names hold the other ones.
        pattern = re.sub(r"([?[])", r"[\1]", local_path(location))
        paths = glob.glob(pattern) if "*" in location else [local_path(location)]  # noqa: PTH207 (absolute patterns)
        found = [(Path(path), Path(path).stat()) for path in sorted(paths) if Path(path).is_file()]
        return [
            LakeObject(_literal(path), path.name, f"{stat.st_mtime_ns}-{stat.st_size}", stat.st_size)
            for path, stat in found
        ]

    def start(self, item: LakeObject, size: int) -> bytes:
        """Read the first `size` bytes of an object, or fewer when it has no more."""
        return b"".join(counted(lambda: self._open(item, size), _where(item), _promised(item), size))

    def chunks(self, item: LakeObject) -> Iterator[bytes]:
        """Read an object from its start to its last byte, a MiB at a time."""
        return counted(lambda: self._open(item), _where(item), _promised(item))

    def check_bucket(self) -> None:
        """Look whether the lake's bucket can be listed."""
        with told(self._client, self._bucket):
            self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)

    def _located(self, source: Source, place: str) -> str:
        if "{lake}" in place:
            self._settings.require(*NEEDED)
        location = place.replace("{lake}", self._settings.CELLAR_DATA_LAKE_BUCKET_NAME or "")
        if (
            location.startswith("s3://")
            and urlsplit(location).netloc != self._settings.CELLAR_DATA_LAKE_BUCKET_NAME
        ):
            raise SettingsError(
                f"{source.name}: only the lake's bucket is read through s3://; write its location as"
                " s3://{lake}/…"
            )
        return location

    def _find_http(self, location: str, source: Source) -> list[LakeObject]:
        name = unquote(urlsplit(location).path.rsplit("/", 1)[-1])
        item = LakeObject(location, name, "", -1, redirects_to=source.redirects_to)
        try:
            # A server may refuse, or not know, to tell the headers alone: what GET says decides.
            with self._asked(item) as answer:
                headers, size = answer.headers, -1 if answer.length is None else answer.length
        except HTTPError as error:
            if error.code in (404, 410):
                return []
            raise told_web(error, location) from None
        except (OSError, HTTPException) as error:
            raise told_web(error, location) from None
        size = self._agreed(item, size)
        changed = headers.get("Last-Modified")
        etag = (headers.get("ETag") or "").strip('"') or (f"{changed}-{size}" if changed else "")
        # A declared checksum tells the content better than the server does.
        return [replace(item, etag=source.sha256 or etag, size=size)]

    def _agreed(self, item: LakeObject, size: int) -> int:
        """Hold what an answer promises of its size to what the server says of it elsewhere, where it does.

        Raises Temporary for a server that tells two sizes: one of them is of a body that was cut.
        """
        try:
            with self._asked(item, method="HEAD") as answer:
                told = answer.length
        except (OSError, HTTPException, ZlvError):
            return size
        if not told or size in (-1, told):
            return told or size
        raise Temporary(
            f"{shown(item.url)} is of {size} bytes, and of {told} where it is only asked about: the last good"
            " file stands; run again"
        )

    def _asked(self, item: LakeObject, method: str | None = None) -> Answer:
        return open_address(
            self._settings,
            item.url,
            method=method,
            redirects_to=item.redirects_to,
            silent=READ_SECONDS,
        )

    def _open(self, item: LakeObject, size: int | None = None) -> Body:
        scheme = urlsplit(item.url).scheme
        if scheme == "s3":
            extra = {"Range": f"bytes=0-{size - 1}"} if size and item.size != 0 else {}
            extra |= {"IfMatch": item.condition} if item.condition else {}
            key = item.url.removeprefix(f"s3://{self._bucket}/")
            with told(self._client, self._bucket):
                body: Body = self._client.get_object(Bucket=self._bucket, Key=key, **extra)["Body"]
            return body
        if item.is_web:
            try:
                return self._asked(item)
            except (OSError, HTTPException) as error:
                raise told_web(error, item.url) from None
        return file_of(item).open("rb")

    @property
    def _bucket(self) -> str:
        return self._settings.CELLAR_DATA_LAKE_BUCKET_NAME or ""

    @cached_property
    def _client(self) -> Any:
        # Retries are ours: they are logged, and the same for every store.
        return client(self._settings, attempts=1)


def _promised(item: LakeObject) -> int | None:
    return item.size if item.size >= 0 else None


def _where(item: LakeObject) -> str:
    """Name an object without the query of its address, which may hold a key."""
    return shown(item.url) if item.is_web else item.url


def local_path(location: str) -> str:
    """Give the path that a location of this machine names."""
    return unquote(urlsplit(location).path) if location.startswith("file:") else location


def _literal(path: Path) -> str:
    """Write a path so that DuckDB sees no pattern in its name; a folder must stay as a session allows it."""
    return str(path.with_name(glob.escape(path.name)))


def file_of(item: LakeObject) -> Path:
    """Give the file that an object of this machine is."""
    path = Path(item.url)
    return path.with_name(re.sub(r"\[([*?[])\]", r"\1", path.name))
