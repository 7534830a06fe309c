"""Tell from a file itself in which of a source's layouts, and in which format, it came."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.catalog import Column, FileLayout, Source
from jobs.sources.lake.likeness import plain

PARQUET = b"PAR1"
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


def format_of(start: bytes) -> str:
    """Tell csv, json or parquet by an object's first bytes; what is compressed is text until it is
    unpacked."""
    if start.startswith(PARQUET):
        return "parquet"
    text = start.lstrip(_BLANKS)
    is_json = text.startswith((b"[{", b"[ {", b"[\n", b"[\r\n", b"{")) and b'"' in text[:64]
    return "json" if is_json else "csv"


def as_delivered(source: Source, start: bytes) -> Source:
    """Give the source under the format that its file's first bytes show: producers publish one table as CSV,
    JSON or Parquet, and change from one to the other."""
    found = format_of(start)
    if found == source.format.type or not start:
        return source
    return source.model_copy(update={"format": source.format.model_copy(update={"type": found})})
