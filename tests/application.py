"""Restore the application's own tables, in its own types, into a database of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from chain import Chain

from jobs.sample.schema import tables_sql
from jobs.sample.servers.components import start
from jobs.sample.servers.state import Components
from jobs.storage.session import load_extension

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = Path(
    os.environ.get("ZLV_PRODUCTION_SAMPLE", ROOT.parent / "shared" / "reference" / "production_sample")
)
GENERATED = {"last_mutation_type", "return_rate", "full_name_fts"}
DATABASE = "application"

beside = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="the application's sample lies beside the project, never in it"
)


@pytest.fixture(scope="module")
def rows(components: Chain) -> Iterator[dict[str, int]]:
    """Restore the tables into a database of their own; give each table's rows."""
    running = start(components.home / "dev", scale=0.05, seed=7)
    running.postgres.run_sql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE);\nCREATE DATABASE {DATABASE};")
    running.postgres.run_sql(tables_sql(), DATABASE)
    yield restore(running)
    running.postgres.run_sql(f"DROP DATABASE {DATABASE} WITH (FORCE);")


def restore(running: Components) -> dict[str, int]:
    counts = {}
    with duckdb.connect() as connection:
        load_extension(connection, "postgres_scanner")
        load_extension(connection, "spatial")
        uri = running.superuser_uri.rsplit("/", 1)[0]
        connection.execute(f"ATTACH '{uri}/{DATABASE}' AS application (TYPE postgres)")
        # The text protocol: jsonb has no binary form in DuckDB's writer.
        connection.execute("SET pg_use_binary_copy = false")
        for path in sorted(SAMPLE.glob("*.parquet")):
            described = connection.execute(f"DESCRIBE FROM '{path}'").fetchall()
            columns = [str(row[0]) for row in described if row[0] not in GENERATED]
            values = ["NULL" if name == "geom" else f'"{name}"' for name in columns]
            names = ", ".join(f'"{name}"' for name in columns)
            connection.execute(
                f"INSERT INTO application.public.{path.stem} ({names}) SELECT {', '.join(values)} FROM"
                f" '{path}'"
            )
            row = connection.execute(f"SELECT count(*) FROM '{path}'").fetchone()
            counts[path.stem] = row[0] if row else 0
    reader = running.environment["POSTGRES_PRODUCTION_READONLY_USER"]
    running.postgres.run_sql(
        f"GRANT CONNECT ON DATABASE {DATABASE} TO {reader}; GRANT USAGE ON SCHEMA public TO {reader};\n"
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader};\n",
        DATABASE,
    )
    return counts
