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
    """Rows inserted from one object, lines set aside (`uncounted`: there are more), and what is kept of these."""

    rows: int
    broken: int = 0
    uncounted: bool = False
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
    """Let DuckDB read the object; what it cannot tell apart is passed to it line by line instead."""
    rejects.forget(connection)
    connection.execute("BEGIN TRANSACTION")
    try:
        rows = _inserted(connection, scan.insertion(source, table, scan.rows_of_csv(source, layout, item.url), file))
        found = rejects.found(connection)
        again = found.swallowed
        connection.execute("ROLLBACK" if again else "COMMIT")
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        if isinstance(error, duckdb.InvalidInputException) and not any(part in str(error) for part in ("invalid state", scan.NO_INTEGER)):
            raise
        connection.execute("ROLLBACK")
        again = True
    if again:
        return _read_piped(settings, source, item, layout, table, file, lake, connection)
    lines: dict[int, int] = {}
    if found.faults:
        starts = {fault.start for fault in found.faults}
        lines = rejects.physical_lines(lake.chunks(item), starts, transcoded=layout.encoding == "latin-1")
    return Reading(rows, found.lines, found.uncounted, rejects.told(source, item.name, found.faults, lines))


def _read_piped(
    settings: Settings,
    source: Source,
    item: LakeObject,
    layout: Layout,
    table: str,
    file: tuple[str, int | None] | None,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
) -> Reading:
    """Read the object line by line, in two passes: the lines that are whole, then those with a value that is no whole number."""
    rejects.forget(connection)
    repair = Repair(source.format, len(layout.columns))
    with piped(settings.spill_dir, repair.records(lake.chunks(item))) as pipe:
        rows = _inserted(connection, scan.insertion(source, table, scan.rows_of_csv(source, layout, str(pipe), numbered=True), file))
    found = rejects.found(connection)
    kept = rejects.told(source, item.name, found.faults, {fault.start: repair.line_of(fault.record) for fault in found.faults})
    kept += [Reject(item.name, line, None, rejects.reason(source, "UNQUOTED VALUE", None)) for line in repair.broken[: rejects.KEPT]]
    wrong: list[tuple[int, list[str]]] = []
    if any(c.type in scan.WHOLE and c.name in layout.texts for c in source.columns_read):
        rejects.forget(connection)
        again = Repair(source.format, len(layout.columns))
        with piped(settings.spill_dir, again.records(lake.chunks(item))) as pipe:
            wrong = connection.execute(scan.no_integers(source, layout, str(pipe))).fetchall()
        kept += [Reject(item.name, int(line), name, rejects.reason(source, "CAST", name)) for line, names in wrong for name in names]
    kept.sort(key=lambda reject: reject.line or 0)
    return Reading(rows, found.lines + len(repair.broken) + len(wrong), found.uncounted, kept)


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
    faults = connection.execute(scan.faults_of_parquet(source, layout, item.url)).fetchall() if layout.texts else []
    kept = [Reject(item.name, int(line), str(name), rejects.reason(source, "CAST", str(name))) for line, name in faults]
    return Reading(rows, len({reject.line for reject in kept}), len(faults) >= scan.REJECTS_LIMIT, kept)


def _inserted(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int(connection.execute(statement).fetchall()[0][0])
