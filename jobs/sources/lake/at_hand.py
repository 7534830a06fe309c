"""Bring an object to where DuckDB reads it: what lies at a web address, is compressed, or is no UTF-8 is
copied onto this machine, bounded in size and counted; anything else is read where it lies."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from jobs.catalog import Source
from jobs.errors import DataRefused, Temporary
from jobs.settings import Settings
from jobs.sources.lake.encoding import LATIN1, PLAIN, UTF16, WINDOWS, Written, by_all, by_start, in_utf8
from jobs.sources.lake.objects import Lake, LakeObject, file_of
from jobs.sources.lake.packed import packing, unpacked, unzipped
from jobs.storage.web import shown

HEAD = 1 << 16


@dataclass(frozen=True)
class AtHand:
    """An object as it is read: where, and how its text is written (nothing to say of Parquet)."""

    item: LakeObject
    written: Written


@contextmanager
def at_hand(
    settings: Settings, source: Source, item: LakeObject, lake: Lake, *, doubted: bool = False
) -> Iterator[AtHand]:
    """Yield the object itself, or the copy that DuckDB can read, which goes afterwards.

    Text that begins as UTF-8 is taken for UTF-8; when it turned out not to be, it is `doubted` and looked
    at to its end. Raises DataRefused for more bytes than `max_bytes`, another checksum than `sha256`, or a
    compressed object that is damaged; Temporary for a body that ended early. A server needs no byte ranges.
    """
    with ExitStack() as copies:
        here = item
        if not item.is_read_in_place:
            here = copies.enter_context(_copy(settings, item, _checked(source, item, lake)))
        written = PLAIN
        if source.format.type != "parquet" and here.size:
            declared, head = source.format.encoding, lake.start(here, HEAD)
            if (kind := packing(head)) is not None:
                here = copies.enter_context(_unpacked(settings, source, here, lake, kind))
                head = lake.start(here, HEAD)
            found = None if doubted else by_start(head, whole=here.size <= len(head))
            if found is None or (declared in (LATIN1, WINDOWS) and found.encoding != UTF16):
                found = by_all(lake.chunks(here), declared)
            written = found
            if written.codec != "utf-8":
                text = in_utf8(lake.chunks(here), written, f"{source.domain}.{source.name}: {item.name}")
                here = copies.enter_context(_copy(settings, here, text))
        yield AtHand(here, written)


@contextmanager
def _unpacked(
    settings: Settings, source: Source, item: LakeObject, lake: Lake, kind: str
) -> Iterator[LakeObject]:
    where = f"{source.domain}.{source.name}: {item.name}"
    with ExitStack() as copies:
        if kind == "zip":
            # The list of what an archive holds stands at its end.
            if "://" in item.url:
                item = copies.enter_context(_copy(settings, item, lake.chunks(item)))
            content = unzipped(file_of(item), where)
        else:
            content = unpacked(kind, lake.chunks(item), where)
        yield copies.enter_context(_copy(settings, item, _bounded(source, where, content)))


@contextmanager
def _copy(settings: Settings, item: LakeObject, content: Iterable[bytes]) -> Iterator[LakeObject]:
    """Write bytes into a file of the spill folder that only we read, and take it away afterwards."""
    settings.spill_dir.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=settings.spill_dir, prefix="object-")
    copy = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            try:
                for block in content:
                    file.write(block)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise Temporary(
                    f"{settings.spill_dir} is full: {item.name} is read from a copy there; make room, or set"
                    " ZLV_HOME to a larger disk, and run again"
                ) from None
        yield replace(item, url=str(copy), size=copy.stat().st_size)
    finally:
        copy.unlink(missing_ok=True)


def _checked(source: Source, item: LakeObject, lake: Lake) -> Iterator[bytes]:
    """Give what lies at a web address, and refuse what is too large or is not what was declared."""
    size, digest = 0, hashlib.sha256()
    where = f"{source.domain}.{source.name}: {_where(item)}"
    for block in lake.chunks(item) if item.size <= source.max_bytes else [b""]:
        size += len(block)
        if size > source.max_bytes:
            break
        digest.update(block)
        yield block
    if max(size, item.size) > source.max_bytes:
        raise DataRefused(
            f"{where} is larger than the {source.max_bytes} bytes of max_bytes: the last good file stands;"
            " check the address, or raise max_bytes in the catalog"
        )
    if source.sha256 is not None and digest.hexdigest() != source.sha256:
        raise DataRefused(
            f"{where} has the checksum {digest.hexdigest()}, and the catalog says {source.sha256}: the last"
            " good file stands; look who changed it, then correct sha256 in the catalog"
        )


def _bounded(source: Source, where: str, content: Iterable[bytes]) -> Iterator[bytes]:
    """Pass on what was packed: of a web address no more than `max_bytes`, as if it had come unpacked."""
    size = 0
    for block in content:
        size += len(block)
        if source.is_at_web_address and size > source.max_bytes:
            raise DataRefused(
                f"{where} unpacks to more than the {source.max_bytes} bytes of max_bytes: the last good file"
                " stands; check the address, or raise max_bytes in the catalog"
            )
        yield block


def _where(item: LakeObject) -> str:
    """Name the place without an address's query, which may hold a key."""
    return shown(item.url) if item.is_web else item.url
