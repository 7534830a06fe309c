"""Read one object in its format: a module each, so that a new format is a new file."""

from __future__ import annotations

from typing import Protocol

from jobs.sources.lake.header import Layout
from jobs.sources.lake.readers import csv, json, parquet
from jobs.sources.lake.readers.reading import ObjectReader, Reading, Sight

__all__ = ["ObjectReader", "Reading", "Sight", "layout_of", "read_object"]


class Format(Protocol):
    """What a module of this room offers."""

    def layout(self, sight: Sight) -> Layout | None:
        """Look at the names that an object has; None when it is empty."""

    def read(self, reader: ObjectReader) -> Reading:
        """Insert an object's rows into the raw table."""


_FORMATS: dict[str, Format] = {"csv": csv, "json": json, "parquet": parquet}


def layout_of(sight: Sight) -> Layout | None:
    """Look at the names that an object has; None when it is empty."""
    return None if sight.item.size == 0 else _FORMATS[sight.source.format.type].layout(sight)


def read_object(reader: ObjectReader) -> Reading:
    """Insert an object's rows into the raw table.

    Raises duckdb.Error when the object as a whole cannot be read, NotUtf8 when its text is not what its
    beginning promised.
    """
    return _FORMATS[reader.source.format.type].read(reader)
