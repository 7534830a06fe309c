"""Hold what every format's reader is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from jobs.catalog import Source
from jobs.settings import Settings
from jobs.sources.lake import rejects, scan
from jobs.sources.lake.header import Layout
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.rejects import Reject


@dataclass
class Reading:
    """Rows inserted from one object, lines set aside (`uncounted`: there are more), what is kept of these,
    and what is told besides: `drift`, and `hints` at the likely cause of the rejects."""

    rows: int
    broken: int = 0
    uncounted: bool = False
    rejects: list[Reject] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sight:
    """One object before it is read; `known` are all sources of the catalog, to say which it looks like."""

    source: Source
    item: LakeObject
    lake: Lake
    connection: duckdb.DuckDBPyConnection
    known: Sequence[Source] = ()


@dataclass(frozen=True)
class ObjectReader:
    """Read one object, under the names of its layout, into a raw table; `file` goes on each row where a
    source has several objects."""

    settings: Settings
    source: Source
    item: LakeObject
    layout: Layout
    table: str
    file: tuple[str, int | None] | None
    lake: Lake
    connection: duckdb.DuckDBPyConnection

    def insert(self, rows: str) -> int:
        """Insert what a query gives, and count it."""
        return int(
            self.connection.execute(
                scan.insertion(self.source, self.layout.name, self.table, rows, self.file)
            ).fetchall()[0][0]
        )

    def told(self, faults: list[rejects.Fault], lines: dict[int, int]) -> list[Reject]:
        return rejects.told(self.source, self.item.name, faults, lines)

    def reject(self, line: int, name: str | None, kind: str) -> Reject:
        return Reject(self.item.name, line, name, rejects.reason(self.source, kind, name))
