"""Read one object in its format: CSV with its broken lines set aside, JSON, Parquet."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from jobs.catalog import Source
from jobs.settings import Settings
from jobs.sources.lake import rejects, scan
from jobs.sources.lake.header import Layout, match, read_layout
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.rejects import Reject
from jobs.sources.lake.repair import Repair, piped
from jobs.sql import literal


@dataclass
class Reading:
    """Rows inserted from one object, lines set aside (`uncounted`: there are more), and what is kept of
    these."""

    rows: int
    broken: int = 0
    uncounted: bool = False
    rejects: list[Reject] = field(default_factory=list)


def layout_of(
    source: Source, item: LakeObject, lake: Lake, connection: duckdb.DuckDBPyConnection
) -> Layout | None:
    """Look at the names that an object has; None when it is empty."""
    if item.size == 0:
        return None
    if source.format.type == "csv":
        return read_layout(source, item.name, lambda size: lake.start(item, size))
    if source.format.type == "json":
        query = (
            f"SELECT DISTINCT unnest(json_keys(json)) FROM read_json_objects({literal(item.url)}, format ="
            " 'array')"
        )
    else:
        query = f"SELECT column_name FROM (DESCRIBE FROM read_parquet({literal(item.url)}))"
    return match(source, item.name, sorted(str(name) for (name,) in connection.execute(query).fetchall()))


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
                scan.insertion(self.source, self.layout, self.table, rows, self.file)
            ).fetchall()[0][0]
        )

    def told(self, faults: list[rejects.Fault], lines: dict[int, int]) -> list[Reject]:
        return rejects.told(self.source, self.item.name, faults, lines)

    def reject(self, line: int, name: str | None, kind: str) -> Reject:
        return Reject(self.item.name, line, name, rejects.reason(self.source, kind, name))


def read_object(reader: ObjectReader) -> Reading:
    """Insert an object's rows into the raw table. Raises duckdb.Error when the object as a whole cannot be
    read."""
    if reader.source.format.type == "csv":
        return _read_csv(reader)
    if reader.source.format.type == "json":
        return Reading(reader.insert(scan.rows_of_json(reader.source, reader.layout, reader.item.url)))
    return _read_parquet(reader)


def _read_csv(reader: ObjectReader) -> Reading:
    """Let DuckDB read the object; what it cannot tell apart is passed to it line by line instead."""
    connection = reader.connection
    rejects.forget(connection)
    connection.execute("BEGIN TRANSACTION")
    try:
        rows = reader.insert(scan.rows_of_csv(reader.source, reader.layout, reader.item.url))
        found = rejects.found(connection)
        again = found.swallowed
        connection.execute("ROLLBACK" if again else "COMMIT")
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        if isinstance(error, duckdb.InvalidInputException) and not any(
            part in str(error) for part in ("invalid state", scan.NO_INTEGER)
        ):
            raise
        connection.execute("ROLLBACK")
        again = True
    if again:
        return _read_piped(reader)
    lines: dict[int, int] = {}
    if found.faults:
        starts = {fault.start for fault in found.faults}
        lines = rejects.physical_lines(
            reader.lake.chunks(reader.item), starts, transcoded=reader.layout.encoding == "latin-1"
        )
    return Reading(rows, found.lines, found.uncounted, reader.told(found.faults, lines))


def _read_piped(reader: ObjectReader) -> Reading:
    """Read the object line by line, in two passes: the lines that are whole, then those with a value that is
    no whole number."""
    source, layout, connection, spill = (
        reader.source,
        reader.layout,
        reader.connection,
        reader.settings.spill_dir,
    )
    rejects.forget(connection)
    repair = Repair(source.format, len(layout.columns))
    with piped(spill, repair.records(reader.lake.chunks(reader.item))) as pipe:
        rows = reader.insert(scan.rows_of_csv(source, layout, str(pipe), numbered=True))
    found = rejects.found(connection)
    kept = reader.told(found.faults, {fault.start: repair.line_of(fault.record) for fault in found.faults})
    kept += [reader.reject(line, None, "UNQUOTED VALUE") for line in repair.broken[: rejects.KEPT]]
    wrong: list[tuple[int, list[str]]] = []
    if any(c.type in scan.WHOLE and c.name in layout.texts for c in source.columns_read):
        rejects.forget(connection)
        again = Repair(source.format, len(layout.columns))
        with piped(spill, again.records(reader.lake.chunks(reader.item))) as pipe:
            wrong = connection.execute(scan.no_integers(source, layout, str(pipe))).fetchall()
        kept += [reader.reject(int(line), name, "CAST") for line, names in wrong for name in names]
    kept.sort(key=lambda reject: reject.line or 0)
    return Reading(rows, found.lines + len(repair.broken) + len(wrong), found.uncounted, kept)


def _read_parquet(reader: ObjectReader) -> Reading:
    """Insert the rows whose values have their declared types; the row number stands for the line of the
    others."""
    source, layout, url = reader.source, reader.layout, reader.item.url
    rows = reader.insert(scan.rows_of_parquet(source, layout, url))
    faults = (
        reader.connection.execute(scan.faults_of_parquet(source, layout, url)).fetchall()
        if layout.texts
        else []
    )
    kept = [reader.reject(int(line), str(name), "CAST") for line, name in faults]
    return Reading(rows, len({reject.line for reject in kept}), len(faults) >= scan.REJECTS_LIMIT, kept)
