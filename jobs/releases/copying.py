"""Copy marts under their public names, with their comments, and count what arrived."""

from __future__ import annotations

from pathlib import Path

import duckdb

from jobs.catalog import Publication
from jobs.errors import DataRefused
from jobs.sql import identifier, literal
from jobs.storage.closing import opened

MARTS = "marts"


def marts_of(connection: duckdb.DuckDBPyConnection) -> set[str]:
    query = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = ?"
    return {name for (name,) in connection.execute(query, [MARTS]).fetchall()}


def copy_mart(connection: duckdb.DuckDBPyConnection, publication: Publication) -> int:
    """Copy one mart with the comments of its columns; the table's own is the publication's, else the
    mart's."""
    target = identifier("clean", "main", publication.public_name)
    copied = connection.execute(
        f"CREATE TABLE {target} AS FROM {identifier('warehouse', MARTS, publication.mart)}"
    ).fetchone()
    where = "database_name = 'warehouse' AND schema_name = ? AND table_name = ? AND comment IS NOT NULL"
    at = [MARTS, publication.mart]
    own = connection.execute(f"SELECT comment FROM duckdb_tables() WHERE {where}", at).fetchone()
    comment = publication.description or (own[0] if own else None)
    if comment:
        connection.execute(f"COMMENT ON TABLE {target} IS {literal(comment)}")
    for column, text in connection.execute(
        f"SELECT column_name, comment FROM duckdb_columns() WHERE {where}", at
    ).fetchall():
        connection.execute(f"COMMENT ON COLUMN {target}.{identifier(column)} IS {literal(text)}")
    return int(copied[0]) if copied else 0


def check_rows(path: Path, rows: dict[str, int]) -> None:
    """Open the finished file as a reader would, and count."""
    with opened(path) as connection:
        for table, expected in rows.items():
            found = connection.execute(f"SELECT count(*) FROM {identifier('file', 'main', table)}").fetchone()
            if found != (expected,):
                raise DataRefused(
                    f"table {table} of the new release does not hold the {expected} rows of its mart; publish"
                    " again"
                )
