"""Find and read a source's objects wherever its URL points: S3, HTTPS, or files."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from jobs.catalog import Source
from jobs.errors import SettingsError, ZlvError
from jobs.settings import Settings
from jobs.sources.lake.counted import Body, counted
from jobs.sources.lake.faults import told_http
from jobs.sources.lake.secret import NEEDED
from jobs.storage.s3 import CONNECT_SECONDS, READ_SECONDS, client, told


@dataclass(frozen=True)
class LakeObject:
    """One object: the URL for DuckDB, its file name, what tells its content (`etag`) and its size in bytes
    (-1: not told)."""

    url: str
    name: str
    etag: str
    size: int


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
            return self._find_s3(location)
        if scheme in ("http", "https"):
            return self._find_http(location, source.sha256)
        if scheme not in ("", "file"):
            raise SettingsError(
                f"{source.name}: {scheme}:// is not read; a location is s3://{{lake}}/…, https://… or a path"
            )
        paths = glob.glob(_path(location)) if "*" in location else [_path(location)]  # noqa: PTH207 (absolute patterns)
        found = [(Path(path), Path(path).stat()) for path in sorted(paths) if Path(path).is_file()]
        return [
            LakeObject(str(path), path.name, f"{stat.st_mtime_ns}-{stat.st_size}", stat.st_size)
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

    def _find_s3(self, location: str) -> list[LakeObject]:
        pattern = location.removeprefix(f"s3://{self._bucket}/")
        prefix = pattern.split("*", 1)[0]
        several = "*" in pattern
        folders = pattern.count("/")
        entries: list[dict[str, Any]] = []
        with told(self._client, self._bucket):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix
            ):
                entries += page.get("Contents", [])
                if not several:
                    break
        found = []
        for entry in sorted(entries, key=lambda entry: str(entry["Key"])):
            key = str(entry["Key"])
            # An extension in capitals or not is the same extension.
            alike = key.count("/") == folders and fnmatch.fnmatchcase(key.lower(), pattern.lower())
            if alike if several else key == pattern:
                url = f"s3://{self._bucket}/{glob.escape(key)}"
                found.append(
                    LakeObject(url, key.rsplit("/", 1)[-1], str(entry["ETag"]).strip('"'), int(entry["Size"]))
                )
        return found

    def _find_http(self, location: str, sha256: str | None) -> list[LakeObject]:
        try:
            with urlopen(Request(location, method="HEAD"), timeout=CONNECT_SECONDS) as answer:  # noqa: S310 (http or https)
                headers = answer.headers
        except HTTPError as error:
            if error.code in (404, 410):
                return []
            raise _told_http(error, location) from None
        except (URLError, OSError) as error:
            raise _told_http(error, location) from None
        size = int(headers.get("Content-Length", -1))
        etag = headers.get("ETag") or (
            f"{headers['Last-Modified']}-{size}" if headers.get("Last-Modified") else ""
        )
        # A declared checksum tells the content better than the server does.
        return [
            LakeObject(
                location, unquote(urlsplit(location).path.rsplit("/", 1)[-1]), sha256 or etag.strip('"'), size
            )
        ]

    def _open(self, item: LakeObject, size: int | None = None) -> Body:
        scheme = urlsplit(item.url).scheme
        span = f"bytes=0-{size - 1}" if size and item.size != 0 else None
        if scheme == "s3":
            key = _unescaped(item.url).removeprefix(f"s3://{self._bucket}/")
            extra = {"Range": span} if span else {}
            with told(self._client, self._bucket):
                body: Body = self._client.get_object(
                    Bucket=self._bucket, Key=key, IfMatch=item.etag, **extra
                )["Body"]
            return body
        if scheme in ("http", "https"):
            try:
                request = Request(item.url, headers={"Range": span} if span else {})  # noqa: S310 (http or https)
                answer: Body = urlopen(request, timeout=READ_SECONDS)  # noqa: S310
            except (URLError, OSError) as error:
                raise _told_http(error, item.url) from None
            return answer
        return Path(item.url).open("rb")

    @property
    def _bucket(self) -> str:
        return self._settings.CELLAR_DATA_LAKE_BUCKET_NAME or ""

    @cached_property
    def _client(self) -> Any:
        # Retries are ours: they are logged, and the same for every store.
        return client(self._settings, attempts=1)


def _told_http(error: Exception, url: str) -> ZlvError:
    return told_http(error.code if isinstance(error, HTTPError) else None, url)


def _promised(item: LakeObject) -> int | None:
    return item.size if item.size >= 0 else None


def _where(item: LakeObject) -> str:
    """Name an object without the query of its address, which may hold a key."""
    parts = urlsplit(item.url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.scheme.startswith("http") else item.url


def _path(location: str) -> str:
    return unquote(urlsplit(location).path) if location.startswith("file:") else location


def _unescaped(url: str) -> str:
    """Undo `glob.escape`."""
    for character in "*?[":
        url = url.replace(f"[{character}]", character)
    return url
