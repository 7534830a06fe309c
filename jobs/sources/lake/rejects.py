"""Keep the lines that cannot be read: which file, which line, which column, why; never what they say."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from jobs.catalog import Source
from jobs.sources.lake.hints import hints
from jobs.sources.lake.scan import ERRORS, REJECTS_LIMIT, SCANS
from jobs.sql import identifier

TABLE = "_rejects"
# Of one object, so many faults are kept at most: the rest is counted.
KEPT = 200_000
_REASONS = {
    "MISSING COLUMNS": "fewer columns than the header",
    "TOO MANY COLUMNS": "more columns than the header",
    "UNQUOTED VALUE": "a quote is not closed, or text follows it",
    "LINE SIZE OVER MAXIMUM": "the line is too long",
    "INVALID ENCODING": "bytes that are not text in the file's encoding",
    "INVALID STATE": "the line cannot be split into columns",
}
# A line end inside an open quote swallows what follows: the object is then read again, line by line.
SWALLOWING = {"UNQUOTED VALUE", "LINE SIZE OVER MAXIMUM", "INVALID STATE"}


@dataclass(frozen=True)
class Fault:
    """What DuckDB says of one column of one broken record: its number (the header is 1) and where it starts
    (byte, from 1)."""

    record: int
    start: int
    column: str | None
    kind: str


@dataclass(frozen=True)
class Reject:
    """One broken line as it is kept; `line` is the number an editor shows."""

    file_name: str
    line: int | None
    column_name: str | None
    reason: str


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what an earlier scan of this session rejected."""
    connection.execute(f"DROP TABLE IF EXISTS {ERRORS}")
    connection.execute(f"DROP TABLE IF EXISTS {SCANS}")


@dataclass(frozen=True)
class Found:
    """What the last scan rejected: how many lines, the first faults, of which kinds, whether lines were
    swallowed or not all were counted, and hints at what is likely wrong."""

    lines: int
    faults: list[Fault]
    swallowed: bool
    uncounted: bool
    kinds: frozenset[str] = frozenset()
    hints: list[str] = field(default_factory=list)


def found(connection: duckdb.DuckDBPyConnection) -> Found:
    """Read what the last scan rejected, a fault per record and column, in the file's order."""
    query = (
        "SELECT count(*), count(DISTINCT line), coalesce(list(DISTINCT error_type::VARCHAR), [])"
        f" FROM {ERRORS}"
    )
    errors, lines, kinds = connection.execute(query).fetchall()[0]
    faults: list[Fault] = []
    if errors:
        query = (
            f"SELECT DISTINCT line, line_byte_position, column_name, error_type::VARCHAR FROM {ERRORS} ORDER"
            f" BY ALL LIMIT {KEPT}"
        )
        faults = [
            Fault(int(line), int(start), column, kind)
            for line, start, column, kind in connection.execute(query).fetchall()
        ]
    return Found(
        int(lines),
        faults,
        not SWALLOWING.isdisjoint(kinds),
        int(errors) >= REJECTS_LIMIT,
        frozenset(kinds),
        hints(connection) if "CAST" in kinds else [],
    )


def reason(source: Source, kind: str, column: str | None) -> str:
    """Say in words why a line is rejected."""
    if kind == "CAST":
        type_ = next((c.type for c in source.columns if c.name == column), "the declared type")
        return f"the value is no {type_}"
    return _REASONS.get(kind, kind.lower())


def told(source: Source, name: str, faults: Iterable[Fault], lines: dict[int, int]) -> list[Reject]:
    """Turn faults into rejects, with the physical line of each record's start.

    A line whose columns cannot be told apart is one reject; one whose values do not fit is one per value.
    """
    by_start: dict[int, list[Fault]] = {}
    for fault in faults:
        by_start.setdefault(fault.start, []).append(fault)
    rejects = []
    for start, these in by_start.items():
        line = lines.get(start, these[0].record)
        split = next((fault for fault in these if fault.kind in _REASONS), None)
        if split is not None:
            rejects.append(Reject(name, line, None, _REASONS[split.kind]))
        else:
            rejects += [
                Reject(name, line, fault.column, reason(source, fault.kind, fault.column)) for fault in these
            ]
    return rejects


def keep(connection: duckdb.DuckDBPyConnection, database: str, rejects: list[Reject]) -> None:
    """Write the rejects into the raw file."""
    table = identifier(database, "main", TABLE)
    connection.execute(
        f"CREATE TABLE {table} (file_name VARCHAR, line BIGINT, column_name VARCHAR, reason VARCHAR)"
    )
    for at in range(0, len(rejects), 1000):
        part = rejects[at : at + 1000]
        values = [
            value
            for reject in part
            for value in (reject.file_name, reject.line, reject.column_name, reject.reason)
        ]
        connection.execute(f"INSERT INTO {table} VALUES {', '.join(['(?, ?, ?, ?)'] * len(part))}", values)


def write_csv(path: Path, rejects: list[Reject]) -> None:
    """Write the rejects of a refused load beside the raw file, for a person to look at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["file_name", "line", "column_name", "reason"])
        writer.writerows(
            [reject.file_name, reject.line, reject.column_name, reject.reason] for reject in rejects
        )
