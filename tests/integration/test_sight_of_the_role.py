"""What the application's role sees only in part is refused before a row is read, by whatever means it is
hidden."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, catalog_of, postgres_server, rows
from hidden_tables import CATALOG, HIDDEN, OWNERS, POLICY, WHOLE, sync
from reader_postgres import READER, Postgres

from jobs.errors import SettingsError

__all__ = ["postgres_server"]


def prepare(tmp_path: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    catalog_of(tmp_path / "catalog", production=CATALOG, policy_production=POLICY)
    return subprocess.run(
        [str(ZLV), "prepare"],
        env={
            "PATH": "/usr/bin:/bin",
            "ZLV_HOME": str(tmp_path / "home"),
            "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
            "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
            "COLUMNS": "400",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def ready(server: Postgres, database: str, statements: list[str]) -> None:
    with server.connect(database) as connection:
        for statement in statements:
            connection.execute(statement.format(role=READER))
        # What is new is granted whole, unless the statements said otherwise of it.
        if not any("GRANT SELECT (" in each or "REVOKE ALL ON owners FROM" in each for each in statements):
            connection.execute(f"GRANT SELECT ON public.owners TO {READER}")


def plain(server: Postgres) -> None:
    with server.connect() as connection:
        connection.execute(f"ALTER ROLE {READER} RESET ALL; ALTER ROLE {READER} NOBYPASSRLS")


@pytest.mark.parametrize(("statements", "named"), HIDDEN.values(), ids=HIDDEN.keys())
def test_what_is_seen_in_part_is_refused_by_name_before_a_row_is_read(
    postgres_server: Postgres, tmp_path: Path, statements: list[str], named: str
) -> None:
    """D2"""
    with postgres_server.database("sight", *OWNERS) as database:
        ready(postgres_server, database, statements)
        start = len(postgres_server.log())
        with pytest.raises(SettingsError) as caught:
            sync(tmp_path, postgres_server.environment(database))
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)
    read = [line for line in postgres_server.log()[start:].splitlines() if 'FROM "public"."owners"' in line]
    assert all("LIMIT 0" in line for line in read if "statement:" in line)


@pytest.mark.parametrize("name", ["one column missing", "policies", "a view that filters", "a foreign table"])
def test_prepare_finds_what_the_sync_would(postgres_server: Postgres, tmp_path: Path, name: str) -> None:
    """D2"""
    statements, named = HIDDEN[name]
    with postgres_server.database("prepared", *OWNERS) as database:
        ready(postgres_server, database, statements)
        done = prepare(tmp_path, postgres_server.environment(database))
    assert done.returncode == 64
    assert named in done.stdout


@pytest.mark.parametrize("statements", WHOLE.values(), ids=WHOLE.keys())
def test_what_is_seen_whole_is_read_whole(
    postgres_server: Postgres, tmp_path: Path, statements: list[str]
) -> None:
    """D2"""
    try:
        with postgres_server.database("whole", *OWNERS) as database:
            ready(postgres_server, database, statements)
            file = sync(tmp_path, postgres_server.environment(database))
    finally:
        plain(postgres_server)
    assert rows(file, "SELECT id, kind, siren FROM owners ORDER BY id") == [
        (1, "a", "s1"),
        (2, "b", "s2"),
        (3, "b", None),
    ]
