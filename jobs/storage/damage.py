"""Know a damaged DuckDB file before work begins on it, and say how to make or bring it back."""

from __future__ import annotations

import struct
from pathlib import Path

import duckdb

from jobs.errors import DataRefused, Temporary, ZlvError
from jobs.sql import identifier, literal
from jobs.telemetry import faults

# DuckDB's storage: a main header with its magic word, two headers of the database of which the one with the
# higher number is in force, then blocks. https://duckdb.org/docs/stable/internals/storage
_HEADER, _HEADERS = 4096, 3 * 4096
_MAGIC, _ENCRYPTED = b"DUCK", 1

_CURES = {
    "production.duckdb": "make it again with: zlv sync-production",
    "warehouse.duckdb": "make it again with: zlv build",
    "warehouse.failed.duckdb": "remove it; the next failed build writes another",
    "history.duckdb": "bring it back from an export (`zlv import`), or move it away to begin a new history",
    "zlv.duckdb": "show an earlier release with `zlv publish --rollback`, or publish again",
}


def check_whole(path: Path) -> None:
    """Refuse a file that is no DuckDB file, or shorter than its own header says.

    Raises DataRefused (65): which file, what is wrong, how to make it again or bring it back.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEADERS)
    except OSError as error:
        fault = faults.told(error)
        raise fault if isinstance(fault, ZlvError) else damaged(path, "cannot be read") from None
    if head[8:12] != _MAGIC:
        raise damaged(path, "is empty" if not size else "is no DuckDB file")
    if size < _HEADERS:
        raise damaged(path, "was cut short")
    (flags,) = struct.unpack_from("<Q", head, 20)
    if flags & _ENCRYPTED:
        return
    _, count, block = max(
        struct.unpack_from("<Q16xQQ", head, offset + 8) for offset in (_HEADER, 2 * _HEADER)
    )
    # Free blocks at a file's end may be missing of right: then what the tables use decides.
    if size < _HEADERS + count * block and not _holds_its_tables(path, (size - _HEADERS) // block):
        raise damaged(path, "was cut short")


def _holds_its_tables(path: Path, blocks: int) -> bool:
    """Tell whether every block that a table uses lies within the first `blocks` of a file."""
    try:
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH {literal(path)} AS held (READ_ONLY)")
            query = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'held'"
            for schema, table in connection.execute(query).fetchall():
                name = literal(identifier("held", schema, table))
                used = f"SELECT coalesce(max(block_id), -1) FROM pragma_storage_info({name})"
                (last,) = connection.execute(used).fetchone() or (-1,)
                if last >= blocks:
                    return False
    except duckdb.IOException:
        return False
    except duckdb.Error:
        # It is open in this process already: whoever opened it found it whole.
        return True
    return True


def refused(path: Path, error: duckdb.Error) -> ZlvError:
    """Say why DuckDB does not open a file."""
    text = str(error)
    if "Conflicting lock" in text or "Could not set lock" in text:
        return Temporary(f"{path} is open in another process that writes it; run again when that has ended")
    if "Corrupt database file" in text or "not a valid DuckDB" in text or "Could not read enough" in text:
        return damaged(path, "is damaged")
    known = faults.told_words(text)
    if known is not None:
        return known
    if "version" in text:
        return damaged(path, "was written by another version of DuckDB")
    return damaged(path, "cannot be opened")


def damaged(path: Path, what: str) -> DataRefused:
    """Make the sentence of a file that cannot be used, with its cure."""
    own = f"make it again with: zlv load-lake --only {path.stem}"
    cure = _CURES["zlv.duckdb"] if path.parent.name == "releases" else _CURES.get(path.name, own)
    return DataRefused(f"{path} {what}: {cure}")
