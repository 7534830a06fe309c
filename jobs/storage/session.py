"""Open DuckDB sessions, bounded and offline, with every source shown as the catalog declares it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import duckdb

from jobs.catalog import Catalog, Source
from jobs.errors import SettingsError
from jobs.privacy.treatments import install_pseudonyms, output_columns
from jobs.settings import Settings
from jobs.sql import identifier, literal
from jobs.storage.closing import require_tables_only
from jobs.storage.damage import check_whole, refused
from jobs.storage.httpfs import settle
from jobs.storage.spill import own_spill
from jobs.telemetry.moments import PARIS


@dataclass(frozen=True)
class ViewColumn:
    """Name and type of one column of a source's view."""

    name: str
    type: str
    privacy: str = "none"
    description: str = ""


# A source of several objects says of each line where it came from; the year is that of the file's name.
FILE_COLUMNS = [
    ViewColumn("file_name", "VARCHAR", description="nom de l’objet d’où vient la ligne"),
    ViewColumn("file_year", "INTEGER", description="année écrite dans le nom de l’objet"),
]

# A source whose file may come in several layouts says of each line in which it came.
LAYOUT_COLUMN = ViewColumn(
    "file_layout",
    "VARCHAR",
    description="disposition du fichier d’où vient la ligne, par son nom au catalogue",
)


def connect(settings: Settings, *extensions: str, pseudonyms: bool = False) -> duckdb.DuckDBPyConnection:
    """Open an in-memory session within the settings' bounds.

    `extensions` (httpfs, postgres_scanner, spatial) are loaded from their wheels: nothing is
    downloaded. Months and days of timestamps are those of Paris, whatever the machine's zone.
    """
    connection = duckdb.connect(":memory:")
    bound(connection, settings)
    for extension in extensions:
        load_extension(connection, extension)
    if "httpfs" in extensions:
        settle(connection, settings)
    if pseudonyms:
        install_pseudonyms(connection, settings)
    return connection


def bound(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Set a session's bounds: memory, threads, spill, time zone, and no downloads."""
    settings.secrets_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    values: dict[str, str | int | bool] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "threads": settings.DUCKDB_THREAD_NUMBER,
        "memory_limit": settings.DUCKDB_MEMORY_LIMIT,
        "temp_directory": str(own_spill(settings.spill_dir)),
        "max_temp_directory_size": settings.DUCKDB_MAX_TEMP_DIRECTORY_SIZE,
        "secret_directory": str(settings.secrets_dir),
        # Loads keep no order of lines: it costs memory, and no model may depend on it.
        "preserve_insertion_order": False,
        "TimeZone": PARIS.key,
    }
    # GLOBAL: a plain SET of the time zone does not reach the cursors that dbt opens from this connection.
    for name, value in values.items():
        connection.execute(f"SET GLOBAL {name} = {literal(value)}")


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension straight from its wheel: nothing is installed into a home folder."""
    wheel = resources.files(f"duckdb_extension_{name}")
    file = wheel / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
    connection.execute(f"LOAD {literal(str(file))}")


def attach(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    alias: str,
    *,
    read_only: bool = True,
    create: bool = False,
) -> None:
    """Attach a DuckDB file under a name.

    Raises SettingsError for an absent file that is not to be created, DataRefused (65) for a damaged one.
    """
    from jobs.storage.files import STORAGE_VERSION

    if not create and not path.exists():
        raise SettingsError(f"{path} does not exist; run the stage that writes it first")
    if read_only:
        check_whole(path)
    options = ["READ_ONLY"] if read_only else [f"STORAGE_VERSION {literal(STORAGE_VERSION)}"]
    try:
        connection.execute(f"ATTACH {literal(path)} AS {identifier(alias)} ({', '.join(options)})")
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise refused(path, error) from None


def attach_sources(connection: duckdb.DuckDBPyConnection, settings: Settings, catalog: Catalog) -> None:
    """Attach every raw file read-only and show each domain as a catalog of views.

    SQL says `production.owners`, `lovac.lovac_2025`. A view has exactly the output columns of
    the catalog: NULL where the file lacks one, no row where the file is absent.
    """
    for domain in dict.fromkeys(source.domain for source in catalog.sources):
        connection.execute(f"ATTACH ':memory:' AS {identifier(domain)}")
    places = {raw_alias(s): settings.raw_file(s.domain, s.name) for s in catalog.sources}
    files = {alias: path for alias, path in places.items() if path.exists()}
    for alias, path in files.items():
        attach(connection, path, alias)
    require_tables_only(connection, files)
    held = _held(connection, files)
    for source in catalog.sources:
        alias = raw_alias(source)
        connection.execute(_view(source, alias, held.get((alias, source.name))))


def raw_alias(source: Source) -> str:
    """Name the attached raw file of a source."""
    return "raw_production" if source.is_production else f"raw_{source.name}"


def _held(connection: duckdb.DuckDBPyConnection, files: dict[str, Path]) -> dict[tuple[str, str], set[str]]:
    """Name the columns of each table of the attached files, by alias and table."""
    query = (
        "SELECT database_name, table_name, column_name FROM duckdb_columns()"
        " WHERE list_contains(?, database_name) AND schema_name = 'main'"
    )
    tables: dict[tuple[str, str], set[str]] = {}
    for alias, table, column in connection.execute(query, [list(files)]).fetchall():
        tables.setdefault((alias, table), set()).add(column)
    return tables


def _view(source: Source, alias: str, held: set[str] | None) -> str:
    columns = [
        (
            identifier(column.name)
            if held and column.name in held
            else f"CAST(NULL AS {column.type}) AS {identifier(column.name)}"
        )
        for column in view_columns(source)
    ]
    rows = f"FROM {identifier(alias, 'main', source.name)}" if held else "WHERE false"
    return (
        f"CREATE VIEW {identifier(source.domain, 'main', source.name)} AS SELECT {', '.join(columns)} {rows}"
    )


def view_columns(source: Source) -> list[ViewColumn]:
    """List name and type of what SQL sees of a source, the columns that the loader adds included."""
    columns = [ViewColumn(c.name, c.type, c.privacy, c.description) for c in output_columns(source)]
    if source.is_several:
        columns += FILE_COLUMNS
    if source.layouts:
        columns.append(LAYOUT_COLUMN)
    return columns
