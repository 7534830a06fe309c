"""Whatever the application's schema allows ends in a release, or in one true sentence about what is missing.

Twenty fillings at a time go into a real PostgreSQL and through the real synchronisation; what dbt compiled
for the finished chain, models and tests, then runs on them in DuckDB. One filling goes through `zlv` itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chain import Chain
from compiled import CompiledProject, Found
from components import postgres_server, rows, step
from filling_values import TABLES
from fillings import Field, fields_of, fill
from reader_postgres import Postgres

from jobs.catalog import Catalog, load_catalog
from jobs.errors import DataRefused
from jobs.sample.schema import tables_sql
from jobs.settings import read_settings
from jobs.sources.production.snapshot import sync_production
from jobs.storage.files import read_certificate
from jobs.storage.retry import Backoff

__all__ = ["postgres_server"]

TOGETHER, BATCHES = 20, 16
REQUIRED = ("owners", "fast_housing", "establishments", "users")
# Foreign keys are left out: the schema's description does not promise them, and orphans are what is looked
# for.
SCHEMA = tables_sql()


class Application:
    """The application's schema in a PostgreSQL of its own, and all that the project makes of it."""

    def __init__(self, server: Postgres, database: str, connection: Any, chain: Chain, folder: Path) -> None:
        self.environment = {**server.environment(database), "DUCKDB_MEMORY_LIMIT": "1GB"}
        self.connection, self.folder = connection, folder
        settings = read_settings(chain.environment)
        self.catalog: Catalog = load_catalog(settings.catalog_dirs)
        self.schema: dict[str, list[Field]] = fields_of(connection, kept_columns(self.catalog))
        self.project = CompiledProject(settings, folder / "warehouse")

    def sync(self) -> Path:
        with step("sync-production", self.folder / "home", **self.environment) as (settings, run):
            sync_production(settings, self.catalog, run, (), Backoff(attempts=1))
            return Path(settings.production_file)

    def run(self, seeds: range | tuple[int, ...], without: tuple[str, ...] = ()) -> Found:
        fill(self.connection, self.schema, seeds, without)
        return self.project.run(self.sync())

    def count(self, query: str) -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {query}").fetchone()[0])


def kept_columns(catalog: Catalog) -> set[tuple[str, str]]:
    """List the columns that are published as they are; what stands in any other is somebody's own."""
    return {
        (source.table, column.header_name)
        for source in catalog.of("production")
        for column in source.columns
        if column.policy.treatment == "keep"
    }


@contextmanager
def application_of(server: Postgres, chain: Chain, folder: Path, name: str) -> Iterator[Application]:
    with server.database(name, SCHEMA) as database, server.connect(database) as connection:
        yield Application(server, database, connection, chain, folder)


@pytest.fixture(scope="module")
def application(
    postgres_server: Postgres, chain: Chain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("fillings")
    with application_of(postgres_server, chain, folder, "fillings") as made:
        yield made


@pytest.mark.parametrize(
    "seeds",
    [range(first * TOGETHER, (first + 1) * TOGETHER) for first in range(BATCHES)],
    ids=lambda seeds: f"fillings {seeds[0]} to {seeds[-1]}",
)
def test_every_filling_is_released_and_its_oddities_are_counted(
    application: Application, seeds: range
) -> None:
    """D13, one odd row: none of 320 fillings is refused, no row is lost, what nobody documents is counted."""
    found = application.run(seeds)
    if found.refused:
        alone = {seed: application.run((seed,)).refused for seed in seeds}
        pytest.fail(
            f"refused: {found.refused}; by filling: { {seed: why for seed, why in alone.items() if why} }"
        )
    undocumented = {
        "production_housing_status_is_documented": "fast_housing WHERE status NOT BETWEEN 0 AND 5",
        "production_users_role_is_documented": "users WHERE role NOT IN (0, 1, 2)",
        "production_owners_housing_locprop_distance_ban_is_documented": (
            "owners_housing WHERE locprop_distance_ban < 0"
        ),
        "dbt_utils_unique_combination_of_columns_stg_production__owner_notes_note_id__owner_id": (
            "(SELECT FROM owner_notes GROUP BY note_id, owner_id HAVING count(*) > 1) AS twice"
        ),
    }
    counts = {name: application.count(query) for name, query in undocumented.items()}
    assert {name: found.warned.get(name, 0) for name in undocumented} == counts
    published = application.project.connection.execute(
        "SELECT (SELECT count(*) FROM warehouse.marts.marts_production_housing),"
        " (SELECT count(*) FROM warehouse.marts.marts_production_owners),"
        " (SELECT count(*) FROM warehouse.marts.marts_production_establishments),"
        " (SELECT count(*) FROM warehouse.marts.marts_production_campaigns)"
    ).fetchone()
    held = tuple(
        application.count(name) for name in ("fast_housing", "owners", "establishments", "campaigns")
    )
    assert published == held


def test_infinite_days_are_null_and_counted(application: Application) -> None:
    """D13"""
    fill(application.connection, application.schema, range(TOGETHER))
    file = application.sync()
    # The last day of the last year is of the next one in Paris.
    odd = "NOT isfinite(sent_at) OR sent_at < '0001-01-01' OR sent_at >= '9999-12-31'"
    number = application.count(f"campaigns WHERE {odd}")
    left = application.count("campaigns WHERE sent_at IS NOT NULL") - number
    assert number > 0
    assert rows(file, "SELECT count(sent_at) FROM campaigns") == [(left,)]
    certificate = read_certificate(file)
    assert certificate is not None
    assert certificate["tables"]["campaigns"]["unreal"]["sent_at"] == number


def test_empty_optional_tables_are_no_error(application: Application) -> None:
    optional = tuple(name for name in TABLES if name not in REQUIRED)
    found = application.run(range(TOGETHER), without=optional)
    assert not found.refused


@pytest.mark.parametrize("table", REQUIRED)
def test_an_empty_required_table_is_refused_by_its_name(application: Application, table: str) -> None:
    fill(application.connection, application.schema, (1, 2, 3), without=(table,))
    with pytest.raises(DataRefused, match=f"^{table} has 0 rows, fewer than the 1 expected") as caught:
        application.sync()
    assert "\n" not in str(caught.value)


def test_a_filling_goes_through_zlv_to_a_release_with_its_warnings(
    postgres_server: Postgres, own_chain: Chain, tmp_path: Path
) -> None:
    """One odd row: the run ends with 0, and the record, the note and `zlv status` say what was odd, beside
    what was before."""

    def told(**environment: str) -> list[str]:
        lines = own_chain.zlv("status", COLUMNS="240", **environment).stdout.splitlines()
        return next(line for line in lines if "production_housing_status_is_documented" in line).split()[1:]

    (before,) = told()
    with application_of(postgres_server, own_chain, tmp_path / "scratch", "released") as made:
        fill(made.connection, made.schema, range(1000, 1003))
        environment = made.environment
        own_chain.zlv("sync-production", **environment)
        own_chain.zlv("build", **environment, ZLV_RUN_ID="odd")
        own_chain.zlv("audit", **environment)
        own_chain.zlv("publish", "--accept-rows", "an odd application", **environment)
        shown = told(**environment)
        odd = made.count("fast_housing WHERE status NOT BETWEEN 0 AND 5")
    assert odd > 0
    assert shown == [str(odd), before]
