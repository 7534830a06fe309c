"""Tell from a file itself in which of a source's layouts, and in which format, it came."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.catalog import Column, FileLayout, Source
from jobs.sources.lake.likeness import plain

PARQUET = b"PAR1"
# What is compressed shows its format when it is unpacked.
_CLOSED = (b"\x1f\x8b", b"(\xb5/\xfd", b"PK")
_BLANKS = b" \t\r\n\xef\xbb\xbf"


def fitting(source: Source, names: Sequence[str]) -> FileLayout:
    """Choose the layout of a header: one whose required columns are all there, of these the one that knows
    most of the names; the first declared where none or several do."""
    there = {plain(name) for name in names}

    def rank(layout: FileLayout) -> tuple[bool, int]:
        found = [column for column in layout.columns if stands(column, there)]
        required = [column for column in layout.columns if column.required]
        return all(stands(column, there) for column in required), len(found)

    return max(source.file_layouts, key=rank)


def stands(column: Column, there: set[str]) -> bool:
    """Tell whether a column stands under one of its names among `plain` header texts."""
    return any(plain(text) in there for text in (*column.header_names, column.name))


def as_delivered(source: Source, start: bytes) -> Source:
    """Give the source under the format that its file's first bytes show: producers publish one table as CSV,
    JSON or Parquet, and change from one to the other."""
    if start.startswith(_CLOSED):
        # Unpacked first, as text; Parquet compresses itself.
        start = b""
    text = start.lstrip(_BLANKS)
    found = (
        "parquet"
        if start.startswith(PARQUET)
        else "json"
        if text.startswith((b"[{", b"[ {", b"[\n", b"[\r\n", b"{"))
        else "csv"
    )
    if found == source.format.type:
        return source
    return source.model_copy(update={"format": source.format.model_copy(update={"type": found})})
