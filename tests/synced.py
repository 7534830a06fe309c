"""A small application's tables, and a sync of them as the stage does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components import catalog_of, rows, step
from reader_postgres import Postgres

from jobs.sources.production.snapshot import sync_production
from jobs.storage.retry import Backoff

QUICK = Backoff(attempts=3, initial=0.01, maximum=0.02, jitter=0.01)
CATALOG = """
domain: production
defaults: {owner: team}
sources:
  people:
    location: postgres:app_people
    minimum_rows: 2
    columns:
      id: {type: UUID, required: true}
      name: VARCHAR
      secret: VARCHAR
      siren: INTEGER
      years: INTEGER[]
      score: DOUBLE
      seen_at: TIMESTAMP WITH TIME ZONE
      email: VARCHAR
  facts:
    location: postgres:facts
    minimum_rows: 0
    columns:
      id: {type: INTEGER, required: true}
      payload: VARCHAR
      day: DATE
"""
POLICY = """
domain: production
sources:
  people:
    id: {class: none, treatment: keep}
    name: {class: direct, treatment: pseudonymise, normalise: true}
    siren: {class: none, treatment: keep}
    years: {class: none, treatment: keep}
    score: {class: none, treatment: keep}
    seen_at: {class: none, treatment: keep}
    email: {class: direct, treatment: drop, derive: {is_zlv_team: zlv_team}}
  facts:
    id: {class: none, treatment: keep}
    payload: {class: free_text, treatment: drop, derive: {new_status: "json_key:status"}}
    day: {class: none, treatment: keep}
"""
PEOPLE = (
    "CREATE TABLE app_people (id uuid, name text, secret text, siren integer, years int[],"
    " score numeric(6,2), seen_at timestamptz, email text)"
)
FACTS = "CREATE TABLE facts (id integer, payload jsonb, day date) PARTITION BY RANGE (id)"
PARTS = [
    f"CREATE TABLE facts_{n} PARTITION OF facts FOR VALUES FROM ({n * 10}) TO ({n * 10 + 10})"
    for n in range(2)
]
FILL = [
    (
        "INSERT INTO app_people VALUES ('00000000-0000-0000-0000-000000000001', 'Élise  Dupont',"
        " 'canary-dropped', 5120123, '{2023,2024}', 1.50, '2024-06-30 22:30+00', 'a@beta.gouv.fr'),"
        " ('00000000-0000-0000-0000-000000000002', NULL, 'canary-dropped', NULL, NULL, NULL, NULL,"
        " 'b@ville.fr')"
    ),
    """INSERT INTO facts VALUES (1, '{"status": "En attente", "name": "DUPONT"}',
        '2024-02-29'), (12, NULL, NULL)""",
]


@contextmanager
def application(server: Postgres, name: str, *more: str) -> Iterator[dict[str, str]]:
    with server.database(name, PEOPLE, FACTS, *PARTS, *FILL, *more) as database:
        yield server.environment(database)


def sync(
    tmp_path: Path,
    environment: dict[str, str],
    only: tuple[str, ...] = (),
    catalog: str = CATALOG,
    **extra: str,
) -> tuple[Path, Any]:
    declared = catalog_of(tmp_path / "catalog", production=catalog, policy_production=POLICY)
    with step("sync-production", tmp_path / "home", **{**environment, **extra}) as (settings, run):
        sync_production(settings, declared, run, only, QUICK)
        return settings.production_file, run


WIDE = """
domain: production
defaults: {owner: team, minimum_rows: 0}
sources:
""" + "".join(
    f"""
  t{n}:
    location: postgres:t{n}
    columns: {{id: INTEGER, filling: VARCHAR}}
"""
    for n in range(3)
)
WIDE_POLICY = (
    "domain: production\ncolumns: {id: {class: none, treatment: keep}, filling: {class: none, treatment:"
    " keep}}\n"
)
WIDE_TABLES = [
    statement
    for n in range(3)
    for statement in (
        f"CREATE TABLE t{n} (id integer, filling text)",
        # 30 MB: several ranges of pages, so that DuckDB reads a table through several connections.
        f"INSERT INTO t{n} SELECT -i, repeat('x', 1000) FROM generate_series(1, 30000) i",
        f"ANALYZE t{n}",
    )
]


def highest(tmp_path: Path, environment: dict[str, str]) -> list[Any]:
    declared = catalog_of(tmp_path / "catalog", production=WIDE, policy_production=WIDE_POLICY)
    with step("sync-production", tmp_path / "home", DUCKDB_THREAD_NUMBER="4", **environment) as (
        settings,
        run,
    ):
        sync_production(settings, declared, run, (), QUICK)
        return [
            rows(
                settings.production_file, f"SELECT greatest(max(id), 0), count(*) FILTER (id > 0) FROM t{n}"
            )[0]
            for n in range(3)
        ]
