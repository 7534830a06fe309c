"""Do a stage's work as a person would type it: one DuckDB session, one statement per table, no checks.

Run as `python by_hand.py load-lake|sync-production|publish`, with the settings of the stage.
"""

from __future__ import annotations

import sys
from pathlib import Path

from jobs.catalog import Catalog, Source, load_catalog
from jobs.privacy.treatments import output_columns
from jobs.settings import Settings, read_settings
from jobs.sql import identifier, literal
from jobs.storage.session import connect

SOURCE = "lovac_2025"
CSV_TYPES = {"INTEGER": "DECIMAL(18,3)", "BIGINT": "DECIMAL(18,3)"}


def select_list(source: Source) -> str:
    """Write the policy's select list; numbers written as decimals are cast back."""
    wanted = {c.name: c.type for c in source.columns if c.type in CSV_TYPES and c.policy.treatment == "keep"}
    return ", ".join(
        (
            f"CAST({identifier(c.name)} AS {wanted[c.name]}) AS {identifier(c.name)}"
            if c.name in wanted
            else c.select
        )
        for c in output_columns(source)
    )


def load_lake(settings: Settings, catalog: Catalog, out: Path) -> None:
    source = catalog.source(SOURCE)
    connection = connect(settings, "httpfs", pseudonyms=True)
    assert settings.CELLAR_ACCESS_KEY_ID and settings.CELLAR_SECRET_ACCESS_KEY
    connection.execute(
        "CREATE SECRET hand (TYPE s3, KEY_ID ?, SECRET ?, ENDPOINT ?, URL_STYLE 'path', USE_SSL false)",
        [
            settings.CELLAR_ACCESS_KEY_ID.get_secret_value(),
            settings.CELLAR_SECRET_ACCESS_KEY.get_secret_value(),
            settings.CELLAR_HOST_URL,
        ],
    )
    columns = ", ".join(
        f"{literal(c.name)}: {literal(CSV_TYPES.get(c.type, c.type) if c.is_read else 'VARCHAR')}"
        for c in source.columns
    )
    url = source.location.replace("{lake}", str(settings.CELLAR_DATA_LAKE_BUCKET_NAME))
    options = "header=true, quote='\"', escape='\"', ignore_errors=true"
    delim = f"delim={literal(source.format.delimiter)}, " if source.format.delimiter else ""
    reader = f"read_csv({literal(url)}, {options}, {delim}columns={{{columns}}})"
    connection.execute(f"ATTACH {literal(out)} AS raw")
    connection.execute(f"CREATE TABLE raw.{source.name} AS SELECT {select_list(source)} FROM {reader}")


def sync_production(settings: Settings, catalog: Catalog, out: Path) -> None:
    connection = connect(settings, "postgres_scanner", pseudonyms=True)
    assert settings.POSTGRES_PRODUCTION_READONLY_PASSWORD
    connection.execute(
        "CREATE SECRET hand (TYPE postgres, HOST ?, PORT ?, DATABASE ?, USER ?, PASSWORD ?)",
        [
            settings.POSTGRES_PRODUCTION_DB,
            settings.POSTGRES_PRODUCTION_PORT,
            settings.POSTGRES_PRODUCTION_DB_NAME,
            settings.POSTGRES_PRODUCTION_READONLY_USER,
            settings.POSTGRES_PRODUCTION_READONLY_PASSWORD.get_secret_value(),
        ],
    )
    connection.execute("ATTACH '' AS pg (TYPE postgres, SECRET hand, READ_ONLY)")
    connection.execute(f"ATTACH {literal(out)} AS raw")
    connection.execute("BEGIN")
    for source in catalog.of("production"):
        select = ", ".join(c.select for c in output_columns(source))
        connection.execute(
            f"CREATE TABLE raw.{identifier(source.name)} AS SELECT {select} FROM"
            f" pg.public.{identifier(source.table)}"
        )
    connection.execute("COMMIT")


def publish(settings: Settings, catalog: Catalog, out: Path) -> None:
    connection = connect(settings)
    connection.execute(f"ATTACH {literal(settings.warehouse_file)} AS warehouse (READ_ONLY)")
    connection.execute(f"ATTACH {literal(out)} AS clean (STORAGE_VERSION 'v1.5.0')")
    for publication in catalog.publications:
        connection.execute(
            f"CREATE TABLE clean.{identifier(publication.public_name)} AS FROM"
            f" warehouse.marts.{identifier(publication.mart)}"
        )
    connection.execute("CHECKPOINT clean")


def main() -> None:
    settings = read_settings()
    out = settings.ZLV_HOME / "by_hand.duckdb"
    out.unlink(missing_ok=True)
    stages = {"load-lake": load_lake, "sync-production": sync_production, "publish": publish}
    stages[sys.argv[1]](settings, load_catalog(settings.catalog_dirs), out)


if __name__ == "__main__":
    main()
