"""Replace files whole: written as `<file>.next`, checked, synced to disk, renamed.

Killed at any point, the last good file stands, and the next attempt starts afresh.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from jobs.sql import identifier
from jobs.storage.closing import opened

# What Metabase's driver line (DuckDB 1.5) can read; a later DuckDB writes another one by default.
STORAGE_VERSION = "v1.5.0"


def next_of(target: Path) -> Path:
    """Name the file that is written in place of another one until it is whole."""
    return target.with_name(target.name + ".next")


@contextmanager
def next_file(target: Path) -> Iterator[Path]:
    """Yield a fresh `<target>.next`; rename it onto `target` when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    pending = next_of(target)
    discard(pending)
    try:
        yield pending
        sync(pending)
        pending.replace(target)
        sync(target.parent)
    except BaseException:
        discard(pending)
        raise


def discard(path: Path) -> None:
    """Remove a file that was never finished, with DuckDB's write-ahead log and spill folder."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + ".tmp"), ignore_errors=True)


def sync(path: Path) -> None:
    """Have the kernel write a file or a folder to disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
