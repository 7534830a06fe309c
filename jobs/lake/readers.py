"""Read one object in its format: CSV with its broken lines set aside, JSON, Parquet."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from jobs.catalog import Source
from jobs.lake import rejects, scan
from jobs.lake.header import Layout, match, read_layout
from jobs.lake.objects import Lake, LakeObject
from jobs.lake.rejects import Reject
from jobs.lake.repair import Repair, piped
from jobs.settings import Settings
from jobs.sql import literal


@dataclass
class Reading:
    """Rows inserted from one object, and the lines set aside."""

    rows: int
    rejects: list[Reject] = field(default_factory=list)


def layout_of(source: Source, item: LakeObject, lake: Lake, connection: duckdb.DuckDBPyConnection) -> Layout | None:
    """Look at the names that an object has; None when it is empty."""
    if item.size == 0:
        return None
    if source.format.type == "csv":
        return read_layout(source, item.name, lambda size: lake.start(item, size))
    if source.format.type == "json":
        query = f"SELECT DISTINCT unnest(json_keys(json)) FROM read_json_objects({literal(item.url)}, format = 'array')"
    else:
        query = f"SELECT column_name FROM (DESCRIBE FROM read_parquet({literal(item.url)}))"
    return match(source, item.name, sorted(str(name) for (name,) in connection.execute(query).fetchall()))


def read_object(
    settings: Settings,
    source: Source,
    item: LakeObject,
    layout: Layout,
    table: str,
    file: tuple[str, int | None] | None,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
) -> Reading:
    """Insert an object's rows into the raw table. Raises duckdb.Error when the object as a whole cannot be read."""
    if source.format.type == "csv":
        return _read_csv(settings, source, item, layout, table, file, lake, connection)
    if source.format.type == "json":
        rows = scan.rows_of_json(source, layout, item.url)
        return Reading(_inserted(connection, scan.insertion(source, table, rows, file)))
    return _read_parquet(source, item, layout, table, file, connection)


def _read_csv(
    settings: Settings,
    source: Source,
    item: LakeObject,
    layout: Layout,
    table: str,
    file: tuple[str, int | None] | None,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
) -> Reading:
    """Let DuckDB read the object; when it swallows lines or cannot go on, pass it line by line instead."""
    rejects.forget(connection)
    connection.execute("BEGIN TRANSACTION")
    try:
        rows = _inserted(connection, scan.insertion(source, table, scan.rows_of_csv(source, layout, item.url), file))
        found = rejects.faults(connection)
        again = any(fault.kind in rejects.SWALLOWING for fault in found)
        connection.execute("ROLLBACK" if again else "COMMIT")
    except duckdb.InvalidInputException as error:
        if "invalid state" not in str(error):
            raise
        connection.execute("ROLLBACK")
        again = True
    if again:
        return _read_repaired(settings, source, item, layout, table, file, lake, connection)
    lines: dict[int, int] = {}
    if found:
        starts = {fault.start for fault in found}
        lines = rejects.physical_lines(lake.chunks(item), starts, transcoded=layout.encoding == "latin-1")
    return Reading(rows, rejects.told(source, item.name, found, lines))


def _read_repaired(
    settings: Settings,
    source: Source,
    item: LakeObject,
    layout: Layout,
    table: str,
    file: tuple[str, int | None] | None,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
) -> Reading:
    rejects.forget(connection)
    repair = Repair(source.format, len(layout.columns))
    with piped(settings.spill_dir, repair.records(lake.chunks(item))) as pipe:
        rows = _inserted(connection, scan.insertion(source, table, scan.rows_of_csv(source, layout, str(pipe)), file))
    found = rejects.faults(connection)
    lines = {fault.start: repair.line_of(fault.record) for fault in found}
    broken = [Reject(item.name, line, None, rejects.reason(source, "UNQUOTED VALUE", None)) for line in repair.broken]
    return Reading(rows, sorted(rejects.told(source, item.name, found, lines) + broken, key=lambda reject: reject.line or 0))


def _read_parquet(
    source: Source,
    item: LakeObject,
    layout: Layout,
    table: str,
    file: tuple[str, int | None] | None,
    connection: duckdb.DuckDBPyConnection,
) -> Reading:
    """Insert the rows whose values have their declared types; the row number stands for the line of the others."""
    rows = _inserted(connection, scan.insertion(source, table, scan.rows_of_parquet(source, layout, item.url), file))
    found = connection.execute(scan.faults_of_parquet(source, layout, item.url)).fetchall() if layout.texts else []
    return Reading(rows, [Reject(item.name, int(line), str(name), rejects.reason(source, "CAST", str(name))) for line, name in found])


def _inserted(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int(connection.execute(statement).fetchall()[0][0])
