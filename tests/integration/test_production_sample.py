"""The application's own tables, restored in its own types: the daily run takes them whole."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
from application import DATABASE, beside, rows
from chain import Chain

from jobs.catalog import load_catalog
from jobs.settings import read_settings

__all__ = ["rows"]

pytestmark = beside


def test_the_daily_run_takes_every_row_of_the_application(
    rows: dict[str, int], own_home: Callable[[str], Chain]
) -> None:
    chain = own_home("application")
    chain.environment["POSTGRES_PRODUCTION_DB_NAME"] = DATABASE
    chain.zlv("run", "daily")
    catalog = load_catalog(read_settings({}).catalog_dirs)
    with duckdb.connect(str(chain.home / "raw" / "production.duckdb"), read_only=True) as connection:
        for source in catalog.of("production"):
            assert connection.execute(f"SELECT count(*) FROM {source.name}").fetchone() == (
                rows[source.table],
            ), source.name
    with duckdb.connect(str(chain.clean_file), read_only=True) as connection:
        for table, source in (
            ("marts_production_housing", "fast_housing"),
            ("join_owner_housing", "owners_housing"),
        ):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (rows[source],)
        assert connection.execute("SELECT count(*) FROM marts_production_establishments").fetchone() == (
            rows["establishments"],
        )
        assert connection.execute("SELECT count(*) FROM marts_production_campaigns").fetchone() == (
            rows["campaigns"],
        )
