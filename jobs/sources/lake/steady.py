"""Look whether an object is read as it was listed, and still is when it has been read."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from jobs.catalog import Source
from jobs.errors import Temporary
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sql import literal


def same_size(connection: duckdb.DuckDBPyConnection, item: LakeObject) -> None:
    """Refuse for now an object of which the server promises DuckDB another size than it listed."""
    if not item.url.startswith("s3://"):
        return
    row = connection.execute(f"SELECT size FROM read_blob({literal(item.url)})").fetchone()
    if row is None or int(row[0]) != item.size:
        raise Temporary(
            f"{item.url} has {row[0] if row else 'no'} bytes, and {item.size} where it is listed: the last"
            " good file stands; run again"
        )


def changed_meanwhile(source: Source, objects: Sequence[LakeObject], lake: Lake) -> None:
    """Refuse for now what somebody replaced while it was read: the rows could be of two editions.

    What came in one answer is of one edition, whatever its address says a moment later: servers may give each
    answer an ETag of its own.
    """
    if all(item.is_web for item in objects):
        return
    if [(item.name, item.etag) for item in lake.find(source)] != [(item.name, item.etag) for item in objects]:
        raise Temporary(
            f"{source.domain}.{source.name} was replaced or taken away at its source while it was read: run"
            " again"
        )
