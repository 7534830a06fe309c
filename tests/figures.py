"""Compute what each correction moves on the sample: today's way and ours, by the SQL below
tests/differences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jobs.catalog import load_catalog
from jobs.settings import read_settings
from jobs.storage.session import attach, attach_sources, connect

QUERIES = Path(__file__).parent / "differences"


def figures(environment: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Give per correction the two numbers; SQL sees the raw views by domain, and the marts by name."""
    settings = read_settings(environment)
    with connect(settings) as connection:
        attach_sources(connection, settings, load_catalog(settings.catalog_dirs))
        attach(connection, settings.warehouse_file, "warehouse")
        connection.execute("USE warehouse.marts")
        found = {}
        for path in sorted(QUERIES.glob("*.sql")):
            row = connection.execute(path.read_text(encoding="utf-8")).fetchone()
            names = [column[0] for column in connection.description or []]
            assert row is not None and names == ["upstream", "ours"], path.name
            found[path.stem] = {"upstream": int(row[0] or 0), "ours": int(row[1] or 0)}
        return found
