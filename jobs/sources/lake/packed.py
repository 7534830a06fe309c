"""Unpack what is compressed: known by its first bytes, whatever its name says."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import zstandard

from jobs.errors import DataRefused
from jobs.sources.lake.counted import BLOCK

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"PK\x03\x04": "zip"}


class _Decoder(Protocol):
    """One compressed stream, as zlib and zstandard read it."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def packing(head: bytes) -> str | None:
    """Tell how an object is compressed: gzip, zstd or zip; None when it is not."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def unpacked(kind: str, chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    """Give what a gzip or zstd object holds, its streams one after the other.

    Raises DataRefused when it is damaged or has no end: all its bytes came, so another try gives the same.
    """
    decoder = _decoder(kind)
    started = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                # Several streams may follow one another in one file.
                decoder = _decoder(kind) if decoder.eof else decoder
                started = True
                if block := decoder.decompress(data):
                    yield block
                data = decoder.unused_data if decoder.eof else b""
                if data and not data.strip(b"\0"):
                    data = b""
    except (zlib.error, zstandard.ZstdError):
        raise _damaged(kind, where) from None
    if started and not decoder.eof:
        raise _damaged(kind, where)


def unzipped(archive: Path, where: str) -> Iterator[bytes]:
    """Give what the one file of a zip archive holds. Raises DataRefused for several, and for damage."""
    try:
        with zipfile.ZipFile(archive) as held:
            members = [each for each in held.infolist() if not each.is_dir()]
            if len(members) != 1:
                raise DataRefused(
                    f"{where} holds {len(members)} files, and one is read: the last good file stands;"
                    " put them in the lake one by one"
                )
            with held.open(members[0]) as body:
                while block := body.read(BLOCK):
                    yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise _damaged("zip", where) from None


def _decoder(kind: str) -> _Decoder:
    if kind == "gzip":
        return zlib.decompressobj(wbits=31)
    return zstandard.ZstdDecompressor().decompressobj()


def _damaged(kind: str, where: str) -> DataRefused:
    return DataRefused(
        f"{where} is {kind} and damaged, or was cut before it was put there: the last good file stands;"
        " deliver it again"
    )
