"""The application's types against the catalog's: what a declared type would lose is refused, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from components import catalog_of, postgres_server, rows, step
from hidden_tables import CATALOG, POLICY, sync
from reader_postgres import Postgres

from jobs.errors import DataRefused
from jobs.sources.production.snapshot import sync_production
from jobs.storage.retry import Backoff

__all__ = ["postgres_server"]


# Statements that give the application another type, what the file then holds, or what is refused.
TYPES: dict[str, tuple[str, str, Any]] = {
    "a fraction in an integer": ("numeric", "2.5", "owners.id (numeric in the application) holds 1 value(s)"),
    "a numeric that is no number": ("numeric", "'NaN'", "owners.id"),
    "an infinite numeric": ("numeric", "'Infinity'", "owners.id"),
    "a whole numeric": ("numeric(10,2)", "7.00", 7),
    "a number that is too large": ("bigint", "3000000000", "owners.id"),
    "a large type of small numbers": ("bigint", "7", 7),
    "a rounded double": ("double precision", "1.0004", "owners.id"),
    "a text of digits": ("text", "'42'", 42),
    "a text of a fraction": ("text", "'2.5'", "owners.id"),
    "a text that is no number": ("text", "'canary'", "owners.id"),
    "a truth": ("boolean", "true", "owners.id"),
    "a list": ("integer[]", "'{1}'", "owners.id is integer[] in the application and INTEGER in the catalog"),
}


@pytest.mark.parametrize(("type_", "value", "expected"), TYPES.values(), ids=TYPES.keys())
def test_a_value_that_the_declared_type_would_lose_is_refused_by_name(
    postgres_server: Postgres, tmp_path: Path, type_: str, value: str, expected: Any
) -> None:
    """D3"""
    table = [
        f"CREATE TABLE owners (id {type_}, kind text, name text, siren text)",
        f"INSERT INTO owners VALUES ({value})",
    ]
    with postgres_server.database("types_of_owners", *table) as database:
        environment = postgres_server.environment(database)
        if isinstance(expected, int):
            assert rows(sync(tmp_path, environment), "SELECT id FROM owners") == [(expected,)]
            return
        with pytest.raises(DataRefused) as caught:
            sync(tmp_path, environment)
    assert expected in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_changed_type_or_name_of_an_optional_column_is_told(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    """N29"""
    table = [
        "CREATE TABLE owners (id integer, kind integer, name text, siren_number text)",
        "INSERT INTO owners VALUES (1, 75)",
    ]
    declared = catalog_of(tmp_path / "catalog", production=CATALOG, policy_production=POLICY)
    with (
        postgres_server.database("drifted", *table) as database,
        step("sync-production", tmp_path / "home", **postgres_server.environment(database)) as (
            settings,
            run,
        ),
    ):
        sync_production(settings, declared, run, (), Backoff(attempts=1))
    told = "\n".join(run.record.notes)
    assert "owners.kind is integer in the application and VARCHAR in the catalog" in told
    assert "owners.siren is missing in the application; it is NULL" in told
    assert "new columns that the catalog does not declare and that are not read: siren_number" in told


LISTS = """
domain: production
defaults: {owner: team, minimum_rows: 0}
sources:
  facts:
    location: postgres:facts
    columns: {id: {type: INTEGER, required: true}, years: "INTEGER[]", names: "VARCHAR[]", payload: VARCHAR}
"""
LISTS_POLICY = """
domain: production
sources:
  facts:
    id: {class: none, treatment: keep}
    years: {class: none, treatment: keep}
    names: {class: none, treatment: keep}
    payload: {class: free_text, treatment: drop, derive: {status: "json_key:status"}}
"""


def sync_lists(tmp_path: Path, environment: dict[str, str]) -> Path:
    declared = catalog_of(tmp_path / "catalog", production=LISTS, policy_production=LISTS_POLICY)
    with step("sync-production", tmp_path / "home", **environment) as (settings, run):
        sync_production(settings, declared, run, (), Backoff(attempts=1))
        return Path(settings.production_file)


def test_lists_of_lists_are_read_as_one_list(postgres_server: Postgres, tmp_path: Path) -> None:
    """D3: PostgreSQL holds no column to one depth, nor to a first index of 1."""
    table = [
        "CREATE TABLE facts (id integer, years integer[], names text[], payload jsonb)",
        (
            """INSERT INTO facts VALUES (1, '{{1,2},{3,4}}', '{{"a, b","c\\\\"}}', '{"status": "x"}'),"""
            " (2, '[0:1]={5,NULL}', '{}', NULL), (3, NULL, NULL, NULL)"
        ),
    ]
    with postgres_server.database("lists", *table) as database:
        file = sync_lists(tmp_path, postgres_server.environment(database))
    assert rows(file, "SELECT id, years, names, status FROM facts ORDER BY id") == [
        (1, [1, 2, 3, 4], ["a, b", "c\\"], "x"),
        (2, [5, None], [], None),
        (3, None, None, None),
    ]


def test_a_malformed_value_names_its_table_and_column(postgres_server: Postgres, tmp_path: Path) -> None:
    """D3"""
    table = [
        "CREATE TABLE facts (id integer, years integer[], names text[], payload text)",
        "INSERT INTO facts (id, payload) VALUES (1, '{\"status\": \"x\"}'), (2, '{canary')",
    ]
    with postgres_server.database("malformed", *table) as database, pytest.raises(DataRefused) as caught:
        sync_lists(tmp_path, postgres_server.environment(database))
    assert str(caught.value).startswith(
        "facts.payload holds a value that cannot be read: the last good file stands"
    )
    assert "canary" not in str(caught.value)
