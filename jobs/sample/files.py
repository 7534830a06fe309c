"""Write a relation as the catalog says its source's file is written, with the faults that real files have."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from jobs.catalog import Column, Source
from jobs.sql import identifier, literal

BOM = b"\xef\xbb\xbf"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Style:
    """Say how values look: `decimals` writes integers as `1.0`; a boolean is one of two texts; `delimiter`
    and `encoding` are for files of which the catalog does not say it."""

    decimals: bool = False
    true: str | None = "true"
    false: str | None = "false"
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Faults:
    """Say what is wrong with a file: a byte-order mark, broken lines after these records."""

    byte_order_mark: bool = False
    broken_after: tuple[int, ...] = ()


@dataclass
class Written:
    """Describe one file: its key in the lake or name, checksum, size, good rows and the broken records' line
    numbers."""

    name: str
    sha256: str
    bytes: int
    rows: int
    broken_lines: list[int] = field(default_factory=list)


def write_source(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    relation: str,
    order: str,
    path: Path,
    style: Style,
    faults: Faults,
) -> Written:
    """Write `relation` to `path` under the headers, delimiter and encoding of `source`.

    Columns that the relation lacks stay empty; `order` makes the sequence of lines unique.
    """
    held = {row[0].lower() for row in connection.execute(f"DESCRIBE {relation}").fetchall()}
    columns = ", ".join(
        f"{_text(column, style) if column.name in held else 'NULL'} AS {identifier(column.header_name)}"
        for column in source.file_layouts[0].columns
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    delimiter = source.format.delimiter or style.delimiter
    query = f"SELECT {columns} FROM ({relation}) ORDER BY {order}"
    if source.format.type == "json":
        query = f"SELECT {_plain(source, held)} FROM ({relation}) ORDER BY {order}"
        options = "FORMAT json, ARRAY true"
    else:
        quote = source.format.quote or '"'
        options = (
            f"FORMAT csv, HEADER, DELIMITER {literal(delimiter)}, QUOTE {literal(quote)}, ESCAPE"
            f" {literal(source.format.escape or quote)}"
        )
    rows = _copy(connection, f"COPY ({query}) TO {literal(path)} ({options})")
    columns_written = source.file_layouts[0].columns
    annee = [column.name for column in columns_written].index("annee") if faults.broken_after else 0
    # Never so many that a small sample would be refused.
    faults = replace(faults, broken_after=faults.broken_after[: rows // 200])
    broken = _finish(path, source.format.encoding or style.encoding, delimiter, faults, annee)
    return describe(path, rows, broken)


def write_table(connection: duckdb.DuckDBPyConnection, relation: str, order: str, path: Path) -> Written:
    """Write a relation as the CSV that PostgreSQL's COPY reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = _copy(
        connection,
        f"COPY (SELECT * FROM ({relation}) ORDER BY {order}) TO {literal(path)} (FORMAT csv, HEADER)",
    )
    return describe(path, rows, [])


def describe(path: Path, rows: int, broken: list[int]) -> Written:
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return Written(path.name, digest.hexdigest(), path.stat().st_size, rows, broken)


def _copy(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Run a COPY; give the number of its rows."""
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0


def _text(column: Column, style: Style) -> str:
    name = identifier(column.name)
    if column.type == "BOOLEAN":
        return f"CASE WHEN {name} THEN {literal(style.true)} WHEN NOT {name} THEN {literal(style.false)} END"
    if style.decimals and not column.required and column.type in ("INTEGER", "BIGINT"):
        return f"CAST({name} AS VARCHAR) || '.0'"
    if style.decimals and column.type == "DOUBLE":
        return f"CAST(CAST({name} AS DOUBLE) AS VARCHAR)"
    return f"CAST({name} AS VARCHAR)"


def _plain(source: Source, held: set[str]) -> str:
    return ", ".join(
        f"{identifier(column.name) if column.name in held else 'NULL'} AS {identifier(column.header_name)}"
        for column in source.file_layouts[0].columns
    )


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _finish(path: Path, encoding: str, delimiter: str, faults: Faults, annee: int) -> list[int]:
    """Recode the file and add its faults, in one pass; give the line numbers of broken records."""
    if encoding == "utf-8" and not faults.byte_order_mark and not faults.broken_after:
        return []
    written = path.with_name(path.name + ".tmp")
    broken: list[int] = []
    with (
        path.open(encoding="utf-8", newline="") as source,
        written.open("w", encoding=encoding, newline="") as target,
    ):
        if faults.byte_order_mark:
            target.write(BOM.decode())
        if faults.broken_after:
            head, broken = _break(source.readlines(4 * _CHUNK), delimiter, faults.broken_after, annee)
            target.writelines(head)
        while text := source.read(_CHUNK):
            target.write(text)
    written.replace(path)
    return broken


def _break(
    lines: list[str], delimiter: str, after: tuple[int, ...], annee: int
) -> tuple[list[str], list[int]]:
    """Add broken records, in turn: too many fields, too few, a year that is no number."""
    result: list[str] = []
    broken: list[int] = []
    wanted = list(after)
    for line in lines:
        result.append(line)
        # Only beside a line without quotes: there a line is surely a record, and a comma a delimiter.
        if wanted and len(result) > wanted[0] and '"' not in line:
            fields = line.rstrip("\n").split(delimiter)
            kind = len(broken) % 3
            if kind == 0:
                fields += ["en", "trop"]
            elif kind == 1:
                fields = fields[:9]
            else:
                fields[annee] = "20Z4"
            result.append(delimiter.join(fields) + "\n")
            broken.append(len(result))
            wanted.pop(0)
    return result, broken
