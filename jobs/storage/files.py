"""Replace files whole: written as `<file>.next`, checked, synced to disk, renamed.

Killed at any point, the last good file stands, and the next attempt starts afresh.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from jobs.sql import identifier, literal
from jobs.storage.closing import close_session, opened
from jobs.storage.writer import one_writer
from jobs.telemetry.ending import go_on, undone_by
from jobs.telemetry.whole import sync

# What Metabase's driver line (DuckDB 1.5) can read; a later DuckDB writes another one by default.
STORAGE_VERSION = "v1.5.0"


def next_of(target: Path) -> Path:
    """Name the file that is written in place of another one until it is whole."""
    return target.with_name(target.name + ".next")


@contextmanager
def next_file(target: Path, *, may_stand: bool = False) -> Iterator[Path]:
    """Yield a fresh `<target>.next`; put it in the place of `target` when the block ends well.

    Where `target` `may_stand`, a block that leaves no new file leaves `target` as it is.
    Raises Temporary (75) at once while another process writes that file: who, since when.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    pending = next_of(target)
    with one_writer(target), undone_by(lambda: discard(pending)):
        discard(pending)
        try:
            yield pending
            if not may_stand or pending.exists():
                put_in_place(pending, target)
        except BaseException:
            discard(pending)
            raise


def put_in_place(pending: Path, target: Path) -> None:
    """Rename a finished file onto the one that it replaces; not when the process was asked to end."""
    sync(pending)
    # A library may have swallowed the signal, and left the file half made.
    go_on()
    pending.replace(target)
    sync(target.parent)


def discard(path: Path) -> None:
    """Remove a file that was never finished, with DuckDB's write-ahead log and spill folder."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + ".tmp"), ignore_errors=True)


def write_certificate(connection: duckdb.DuckDBPyConnection, database: str, facts: dict[str, Any]) -> None:
    """Write a file's birth certificate: table `_zlv`, one row per fact (name, value as JSON)."""
    table = identifier(database, "main", "_zlv")
    connection.execute(f"CREATE OR REPLACE TABLE {table} (name VARCHAR PRIMARY KEY, value VARCHAR NOT NULL)")
    rows = [
        (name, json.dumps(value, ensure_ascii=False, default=str)) for name, value in sorted(facts.items())
    ]
    connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)


def read_certificate(path: Path) -> dict[str, Any] | None:
    """Read a file's birth certificate; None when the file is absent, unreadable or has none."""
    if not path.exists():
        return None
    try:
        with opened(path) as connection:
            rows = connection.execute("SELECT name, value FROM file.main._zlv").fetchall()
        return {name: json.loads(value) for name, value in rows}
    except (duckdb.Error, ValueError, TypeError):
        return None


def read_certificates(paths: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """Read the birth certificates of many files in one session; those without one are left out."""
    aliases = {f"file_{number}": path for number, path in enumerate(dict.fromkeys(paths)) if path.exists()}
    found: dict[Path, dict[str, Any]] = {}
    with duckdb.connect(":memory:") as connection:
        for alias, path in list(aliases.items()):
            try:
                connection.execute(f"ATTACH {literal(path)} AS {identifier(alias)} (READ_ONLY)")
            except duckdb.Error:
                del aliases[alias]
        close_session(connection)
        # A view of that name would read what it likes in the others.
        held = "SELECT database_name FROM duckdb_tables() WHERE schema_name = 'main' AND table_name = '_zlv'"
        try:
            there = sorted(str(name) for (name,) in connection.execute(held).fetchall())
        except duckdb.Error:
            # One that is damaged hides the others.
            return {path: facts for path in aliases.values() if (facts := read_certificate(path))}
        for alias in there:
            table = identifier(alias, "main", "_zlv")
            try:
                rows = connection.execute(f"SELECT name, value FROM {table}").fetchall()
                found[aliases[alias]] = {name: json.loads(value) for name, value in rows}
            except (duckdb.Error, ValueError, TypeError):
                continue
    return found
