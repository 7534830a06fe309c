"""Open a session in which a person may look at everything and change nothing."""

from __future__ import annotations

import duckdb

from jobs.catalog import Catalog
from jobs.errors import DataRefused, SettingsError
from jobs.settings import Settings
from jobs.sql import literal
from jobs.storage.closing import close_session
from jobs.storage.session import attach, attach_sources, connect

LAYERS = ("marts", "int", "stg")


def open_read_only(
    settings: Settings, catalog: Catalog, *, clean_only: bool = False, failed: bool = False
) -> duckdb.DuckDBPyConnection:
    """Attach each domain as a catalog of views, the warehouse as `warehouse`, its history as `history`, the
    clean file as `clean`.

    Unqualified names are looked for in the marts, then the lower layers, then the clean file. The
    pseudonym key is not in the session. Raises SettingsError when only the clean file is
    asked for and there is none, DataRefused when a file is damaged.
    """
    if clean_only and not settings.clean_file.exists():
        raise SettingsError("there is no clean file yet; run `zlv publish` first")
    warehouse = settings.failed_warehouse_file if failed else settings.warehouse_file
    if failed and not warehouse.exists():
        raise SettingsError("no test has failed since the last good build; there is no refused warehouse")
    connection = connect(settings)
    try:
        path: list[str] = []
        if not clean_only:
            attach_sources(connection, settings, catalog)
            if settings.history_file.exists():
                attach(connection, settings.history_file, "history")
            if warehouse.exists():
                attach(connection, warehouse, "warehouse")
                query = "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'warehouse'"
                there = {name for (name,) in connection.execute(query).fetchall()}
                path += [f"warehouse.{layer}" for layer in LAYERS if layer in there]
        if settings.clean_file.exists():
            attach(connection, settings.clean_file, "clean")
            path.append("clean.main")
        connection.execute(f"SET search_path = {literal(','.join([*path, 'memory.main']))}")
        # What is printed is small; a person expects the order of the file.
        connection.execute("SET preserve_insertion_order = true")
        connection.execute("SET allow_persistent_secrets = false")
        # No file, network, extension or secret is in reach of a query, and no query can change that.
        close_session(connection)
    except duckdb.IOException as error:
        connection.close()
        raise DataRefused(f"a file of the base cannot be opened: {str(error).splitlines()[0]}") from None
    except BaseException:
        connection.close()
        raise
    return connection
