"""Look at the beginning of an object of any lake: format, encoding, and the text of its first lines."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from jobs.errors import DataRefused
from jobs.settings import Settings
from jobs.sources.lake.encoding import by_all, by_start, in_utf8
from jobs.sources.lake.layouts import format_of
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.packed import packing, unpacked, unzipped

HEAD = 1 << 18
MOST_COPIED = 1 << 28


@dataclass(frozen=True)
class Looked:
    """What an object shows: `format` csv, json or parquet; for a text its encoding and its first lines; for
    the others the names of its columns."""

    format: str
    encoding: str = ""
    text: str = ""
    names: tuple[str, ...] = ()


def look(settings: Settings, item: LakeObject, lake: Lake) -> Looked:
    """Look at an object. Raises DataRefused for one that no reader of ours can read, and says why."""
    head = lake.start(item, HEAD)
    if (kind := packing(head)) is not None:
        head = _unpacked(settings, kind, item, lake)
    format_ = format_of(head)
    if format_ == "parquet":
        return Looked(format_, names=_parquet(settings, item, lake))
    written = by_start(head, whole=item.size <= len(head)) or by_all([head], None)
    try:
        text = b"".join(in_utf8([head[: len(head) // 2 * 2]], written, item.name)).decode(errors="ignore")
    except (DataRefused, UnicodeDecodeError):
        raise DataRefused("its text is in no encoding that is known; deliver it in UTF-8") from None
    if "\0" in text:
        raise DataRefused("it is neither text nor Parquet; export it as CSV, JSON or Parquet")
    text = text.removeprefix("\ufeff")
    if format_ == "json":
        return Looked(format_, written.encoding, names=tuple(_keys(text)))
    return Looked(format_, written.encoding, text)


def _unpacked(settings: Settings, kind: str, item: LakeObject, lake: Lake) -> bytes:
    try:
        if kind != "zip":
            return _first(unpacked(kind, lake.chunks(item), item.name))
        with _copied(settings, item, lake) as copy:
            return _first(unzipped(Path(copy.name), item.name))
    except DataRefused:
        raise DataRefused(
            f"it is {kind}, and does not hold one whole file; export it as CSV, JSON or Parquet"
        ) from None


def _first(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    return head[:HEAD]


def _copied(settings: Settings, item: LakeObject, lake: Lake) -> tempfile._TemporaryFileWrapper[bytes]:
    """Copy an object whose list of columns stands at its end."""
    if item.size > MOST_COPIED:
        raise DataRefused(f"it has {item.size} bytes, too many to look at its end")
    settings.spill_dir.mkdir(parents=True, exist_ok=True)
    copy = tempfile.NamedTemporaryFile(dir=settings.spill_dir, prefix="adopt-")  # noqa: SIM115 (closed by the caller)
    for chunk in lake.chunks(item):
        copy.write(chunk)
    copy.flush()
    return copy


def _parquet(settings: Settings, item: LakeObject, lake: Lake) -> tuple[str, ...]:
    try:
        with _copied(settings, item, lake) as copy:
            query = "SELECT column_name FROM (DESCRIBE FROM read_parquet(?))"
            return tuple(str(name) for (name,) in duckdb.execute(query, [copy.name]).fetchall())
    except duckdb.Error:
        raise DataRefused("it is Parquet and damaged; deliver it again") from None


def _keys(text: str) -> Iterator[str]:
    """List the keys of the first objects of a JSON text, each once."""
    decoder, place, seen = json.JSONDecoder(), 0, set()
    for _ in range(100):
        place = text.find("{", place)
        if place < 0:
            return
        try:
            record, place = decoder.raw_decode(text, place)
        except ValueError:
            return
        for key in record:
            if key not in seen:
                seen.add(key)
                yield key
