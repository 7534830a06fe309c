"""Name a source's declaration, the content of a table, a file or a folder, so that what is unchanged is known
as such."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from jobs.catalog import Source
from jobs.privacy.treatments import output_columns

# Raise when the same declaration is read in another way: every raw file is then loaded again.
READING = 2


def declaration_fingerprint(source: Source) -> str:
    """Name what decides the content of a raw table: where it lies, how it is read, what the policy leaves of
    it."""
    facts = {
        "reading": READING,
        "source": source.model_dump(
            mode="json", include={"places", "format", "minimum_rows", "rejects_threshold"}
        ),
        "columns": [[c.name, c.type, c.header_names, c.required] for c in source.columns_read],
        "layouts": [
            [layout.name, [[c.name, c.header_names] for c in layout.columns_read]]
            for layout in source.layouts
        ],
        "outputs": [[c.name, c.type, c.expression] for c in output_columns(source)],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def content_fingerprint(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> str:
    """Name a table's rows whatever their order: count, exclusive or, and sum of the rows' hashes.

    `table` and `columns` come escaped. DuckDB's hash is the same for a value within one line (1.5);
    the sum tells doubled rows, which cancel out in the exclusive or.
    """
    row = f"hash({', '.join(columns)})" if columns else "0::UBIGINT"
    query = (
        f"SELECT count(*), coalesce(bit_xor(h), 0), coalesce(sum(h & 4294967295), 0) FROM (SELECT {row} AS h"
        f" FROM {table})"
    )
    count, both, total = connection.execute(query).fetchall()[0]
    return f"{count}-{both:016x}-{int(total):x}"


def file_sha256(path: Path) -> str:
    """Name a file by all its bytes: size, time and inode can be set back, and a disk can change a byte."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def folder_sha256(folder: Path, pattern: str, without: Iterable[str] = ()) -> str:
    """Name a folder by the names and bytes of its files that fit the pattern, at any depth; nothing below
    names that are `without`."""
    left_out, digest = set(without), hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        name = path.relative_to(folder)
        if path.is_file() and not left_out.intersection(name.parts):
            content = path.read_bytes()
            digest.update(f"{name.as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
