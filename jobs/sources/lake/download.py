"""Bring what lies at a web address onto this machine: bounded in size, checked, read by DuckDB only then."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from jobs.catalog import Source
from jobs.errors import DataRefused, Temporary
from jobs.settings import Settings
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.storage.web import shown


@contextmanager
def at_hand(settings: Settings, source: Source, item: LakeObject, lake: Lake) -> Iterator[LakeObject]:
    """Yield the object itself, or the copy of what DuckDB does not read in place, which goes afterwards.

    Raises DataRefused for more bytes than `max_bytes` or another checksum than `sha256`, Temporary
    for a body that ended early. A server needs no byte ranges.
    """
    if item.is_read_in_place:
        yield item
        return
    descriptor, name = tempfile.mkstemp(dir=settings.spill_dir, suffix=Path(item.name).suffix)
    copy = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            size, digest = _write(file, source, item, lake)
        if item.size >= 0 and size != item.size:
            raise Temporary(f"{_where(item)} ended after {size} of {item.size} bytes: run again")
        if source.sha256 is not None and digest != source.sha256:
            raise DataRefused(
                f"{source.domain}.{source.name}: {_where(item)} has the checksum {digest}, and the catalog"
                f" says {source.sha256}: the last good file stands; look who changed it, then correct sha256"
                " in the catalog"
            )
        yield replace(item, url=str(copy), size=size)
    finally:
        copy.unlink(missing_ok=True)


def _write(file: IO[bytes], source: Source, item: LakeObject, lake: Lake) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for chunk in lake.chunks(item) if item.size <= source.max_bytes else [b""]:
        size += len(chunk)
        if size > source.max_bytes:
            break
        digest.update(chunk)
        file.write(chunk)
    if max(size, item.size) > source.max_bytes:
        raise DataRefused(
            f"{source.domain}.{source.name}: {_where(item)} is larger than the {source.max_bytes} bytes of"
            " max_bytes: the last good file stands; check the address, or raise max_bytes in the catalog"
        )
    return size, digest.hexdigest()


def _where(item: LakeObject) -> str:
    """Name the place without an address's query, which may hold a key."""
    return shown(item.url) if item.is_web else item.url
