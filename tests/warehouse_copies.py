"""A finished warehouse whose models may be made again, straight in DuckDB, without a change to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from jobs.catalog import load_catalog
from jobs.settings import Settings
from jobs.storage.session import attach_sources, bound


def on_copies(settings: Settings, folder: Path) -> duckdb.DuckDBPyConnection:
    """Open copies of the warehouse and of its history, beside the raw files that they are made of."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    bound(connection, settings)
    for file in (settings.warehouse_file, settings.history_file):
        copy = folder / file.name
        shutil.copyfile(file, copy)
        connection.execute(f"ATTACH '{copy}' AS {file.stem}")
    attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
    return connection
