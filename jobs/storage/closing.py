"""Close a session once all that it needs is attached: no other file, no network, no change of settings.

What lies in an attached file may come from elsewhere: a view in it runs when it is read, with the rights
of the session that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from jobs.errors import DataRefused
from jobs.sql import identifier, literal


def close_session(
    connection: duckdb.DuckDBPyConnection, *reach: str | Path, settings_too: bool = True
) -> None:
    """Leave a session no more than its attached files and what lies below `reach`: folders, or addresses.

    Cursors of the session are closed with it. Nothing opens it again, whether its settings are locked
    (`settings_too`) or not.
    """
    # DuckDB takes a folder for itself and all below; two sessions of one process share nothing.
    folders = ", ".join(literal(str(place)) for place in reach)
    connection.execute(f"SET GLOBAL allowed_directories = [{folders}]")
    for name, value in (("enable_external_access", False), ("lock_configuration", settings_too)):
        connection.execute(f"SET GLOBAL {name} = {literal(value)}")


@contextmanager
def opened(path: Path, alias: str = "file") -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a closed session with nothing but one file in it, read only and not to be trusted.

    Raises duckdb.Error for what is no DuckDB file.
    """
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"ATTACH {literal(path)} AS {identifier(alias)} (READ_ONLY)")
        close_session(connection)
        yield connection
    finally:
        connection.close()


def require_tables_only(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Path]) -> None:
    """Refuse files (by alias) in which something else than tables lies: no stage writes that into a raw or
    clean file.

    Raises DataRefused with the name of the first thing found.
    """
    # Asked once for all files: DuckDB goes through all that each of them and it holds, every time.
    found = connection.execute(
        "SELECT database_name, 'view', view_name FROM duckdb_views()"
        " WHERE list_contains($1, database_name) AND NOT internal"
        " UNION ALL SELECT database_name, 'macro', function_name FROM duckdb_functions()"
        " WHERE list_contains($1, database_name) AND NOT internal",
        [list(files)],
    ).fetchone()
    if found is not None:
        raise DataRefused(
            f"{files[found[0]]} holds the {found[1]} {found[2]}, which no stage of this program writes:"
            " somebody changed the file; make it again, or bring it back from an export"
        )
