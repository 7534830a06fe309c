"""Read a CSV object: fast and whole where every line is as declared, else with its broken lines set aside."""

from __future__ import annotations

import duckdb

from jobs.sources.lake import rejects
from jobs.sources.lake.encoding import NotUtf8
from jobs.sources.lake.header import Layout, read_layout
from jobs.sources.lake.line_ends import LineEnds, physical_lines
from jobs.sources.lake.pipe import piped
from jobs.sources.lake.readers import csv_scan as scan
from jobs.sources.lake.readers.reading import ObjectReader, Reading, Sight
from jobs.sources.lake.repair import Repair

_ODD_BYTES = "INVALID ENCODING"
_FRACTION = "most of them have a fraction, or too large a number, where a whole one is declared"


def layout(sight: Sight) -> Layout | None:
    """Read the header, and match it with the declared columns."""
    return read_layout(
        sight.source, sight.item.name, lambda size: sight.lake.start(sight.item, size), sight.known
    )


def read(reader: ObjectReader) -> Reading:
    """Let DuckDB read the object, all threads at once, while every line is as declared; it checks that they
    met at the same line ends. At the first line that is not, begin again and set such lines aside."""
    try:
        return Reading(_inserted(reader, scan.rows_of_csv(reader.source, reader.layout, reader.item.url)))
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        if "not utf-8 encoded" in str(error):
            raise NotUtf8 from None
        if _needs_lines(error):
            return _read_piped(reader)
    return _read_with_rejects(reader)


def _read_with_rejects(reader: ObjectReader) -> Reading:
    """Read with broken lines set aside; what DuckDB cannot tell apart is passed to it line by line instead.

    Keeping rejects switches DuckDB's own check of its threads off: where records and lines are not as many,
    its threads may have met inside a quoted value, and one thread reads instead.
    """
    connection = reader.connection
    rejects.forget(connection)
    rows = scan.rows_of_csv(reader.source, reader.layout, reader.item.url, rejects=True)
    connection.execute("BEGIN TRANSACTION")
    try:
        count = reader.insert(rows)
        found = rejects.found(connection)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        connection.execute("ROLLBACK")
        if not _needs_lines(error):
            raise
        return _read_piped(reader)
    if found.swallowed or _ODD_BYTES in found.kinds:
        connection.execute("ROLLBACK")
        if _ODD_BYTES in found.kinds:
            raise NotUtf8
        return _read_piped(reader)
    ends = LineEnds(reader.lake.chunks(reader.item))
    lines = physical_lines(ends, {fault.start for fault in found.faults})
    if not found.uncounted and ends.lines() - 1 - reader.source.format.skip != count + found.lines:
        connection.execute("ROLLBACK")
        return _read_piped(reader)
    connection.execute("COMMIT")
    return Reading(count, found.lines, found.uncounted, reader.told(found.faults, lines), hints=found.hints)


def _inserted(reader: ObjectReader, rows: str) -> int:
    reader.connection.execute("BEGIN TRANSACTION")
    try:
        count = reader.insert(rows)
    except duckdb.Error:
        reader.connection.execute("ROLLBACK")
        raise
    reader.connection.execute("COMMIT")
    return count


def _needs_lines(error: duckdb.Error) -> bool:
    """Tell whether only reading line by line helps: line ends of both kinds, a fraction in a whole number."""
    if isinstance(error, duckdb.ConversionException) and "CSV Error" not in str(error):
        # Not while reading, but while casting what was read: a number that is too large.
        return True
    return any(part in str(error) for part in ("invalid state", scan.NO_INTEGER))


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
    repair = Repair(layout.form, len(layout.columns))
    with piped(spill, repair.records(reader.lake.chunks(reader.item))) as pipe:
        rows = reader.insert(scan.rows_of_csv(source, layout, str(pipe), rejects=True, numbered=True))
    found = rejects.found(connection)
    kept = reader.told(found.faults, {fault.start: repair.line_of(fault.record) for fault in found.faults})
    kept += [reader.reject(line, None, "UNQUOTED VALUE") for line in repair.broken[: rejects.KEPT]]
    wrong: list[tuple[int, list[str]]] = []
    if scan.has_faults(source, layout):
        rejects.forget(connection)
        again = Repair(layout.form, len(layout.columns))
        with piped(spill, again.records(reader.lake.chunks(reader.item))) as pipe:
            wrong = connection.execute(scan.no_integers(source, layout, str(pipe))).fetchall()
        kept += [reader.reject(int(line), name, "CAST") for line, names in wrong for name in names]
    kept.sort(key=lambda reject: reject.line or 0)
    broken = found.lines + len(repair.broken) + len(wrong)
    hints = [*found.hints, *([_FRACTION] if 2 * len(wrong) > broken else [])]
    return Reading(rows, broken, found.uncounted, kept, hints=hints)
