"""sync-production on a real PostgreSQL: one snapshot, only what is declared, errors that a person can
read."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chain import ZLV
from components import (
    PSEUDONYM_KEY,
    READER_PASSWORD,
    Postgres,
    catalog_of,
    postgres_server,
    rows,
    standby,
    step,
)

from jobs.errors import DataRefused, SettingsError, Temporary
from jobs.sources.production.snapshot import sync_production
from jobs.storage.files import read_certificate
from jobs.storage.retry import Backoff

__all__ = ["postgres_server"]

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


def test_special_types_arrive_as_the_catalog_declares_them(postgres_server: Postgres, tmp_path: Path) -> None:
    with application(postgres_server, "types") as environment:
        file, run = sync(tmp_path, environment)
    described = rows(file, "SELECT column_name, column_type FROM (DESCRIBE people)")
    assert described == [
        ("id", "UUID"),
        ("name", "VARCHAR"),
        ("siren", "INTEGER"),
        ("years", "INTEGER[]"),
        ("score", "DOUBLE"),
        ("seen_at", "TIMESTAMP WITH TIME ZONE"),
        ("is_zlv_team", "BOOLEAN"),
    ]
    first, second = rows(
        file,
        "SELECT length(name), siren, years, score, seen_at = '2024-06-30 22:30:00+00', is_zlv_team FROM"
        " people ORDER BY id",
    )
    assert first == (64, 5120123, [2023, 2024], 1.5, True, True)
    assert second == (None, None, None, None, None, False)
    assert rows(file, "SELECT id, new_status, day::VARCHAR FROM facts ORDER BY id") == [
        (1, "En attente", "2024-02-29"),
        (12, None, None),
    ]
    certificate = read_certificate(file)
    assert certificate is not None
    assert {name: facts["rows"] for name, facts in certificate["tables"].items()} == {"people": 2, "facts": 2}
    assert "/" in certificate["snapshot_lsn"]
    assert run.record.rows == 4


def test_dropped_columns_are_never_asked_for(postgres_server: Postgres, tmp_path: Path) -> None:
    with application(postgres_server, "dropped") as environment:
        start = len(postgres_server.log())
        file, _ = sync(tmp_path, environment)
    copies = [line for line in postgres_server.log()[start:].splitlines() if 'FROM "public".' in line]
    assert any('"app_people"' in line for line in copies)
    assert not [line for line in copies if "secret" in line]
    assert b"canary-dropped" not in file.read_bytes()


def test_the_session_writes_nothing_and_says_who_it_is(postgres_server: Postgres, tmp_path: Path) -> None:
    import duckdb

    from jobs.sources.production.postgres import attach_postgres, begin_snapshot, end
    from jobs.storage.session import connect

    with (
        application(postgres_server, "readonly") as environment,
        step("sync-production", tmp_path / "home", **environment) as (settings, _),
    ):
        connection = connect(settings, "postgres_scanner")
        try:
            attach_postgres(connection, settings)
            begin_snapshot(connection, settings)
            query = (
                "SELECT current_setting(''application_name'') a,"
                " current_setting(''default_transaction_read_only'') b,"
                " current_setting(''statement_timeout'') c, current_setting(''transaction_isolation'') d"
            )
            assert connection.execute(f"SELECT * FROM postgres_query('pg', '{query}')").fetchall() == [
                ("zlv-warehouse", "on", "1h", "repeatable read")
            ]
            with pytest.raises(duckdb.Error, match="read-only"):
                connection.execute("INSERT INTO pg.public.facts (id) VALUES (5)")
        finally:
            end(connection)


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


@contextmanager
def writing(server: Postgres, database: str) -> Iterator[None]:
    """Write one row to all three tables, transaction after transaction."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        with server.connect(database) as connection:
            while not stop.is_set():
                number += 1
                with connection.transaction():
                    for table in range(3):
                        connection.execute(f"INSERT INTO t{table} VALUES (%s, 'new')", [number])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


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


def test_rows_written_during_the_sync_are_in_all_tables_or_in_none(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    with postgres_server.database("snapshot", *WIDE_TABLES) as database, writing(postgres_server, database):
        start = len(postgres_server.log())
        seen = [highest(tmp_path, postgres_server.environment(database)) for _ in range(3)]
    for tables in seen:
        assert len(set(tables)) == 1
        assert tables[0][0] == tables[0][1]
    assert seen[-1][0][0] > seen[0][0][0]
    assert "SET TRANSACTION SNAPSHOT" in postgres_server.log()[start:]


def test_a_standby_gives_one_snapshot_too(postgres_server: Postgres, tmp_path: Path) -> None:
    with (
        postgres_server.database("standby", *WIDE_TABLES) as database,
        standby(postgres_server) as follower,
        writing(postgres_server, database),
    ):
        seen = [highest(tmp_path, follower.environment(database)) for _ in range(3)]
    for tables in seen:
        assert len(set(tables)) == 1
        assert tables[0][0] == tables[0][1]
    certificate = read_certificate(tmp_path / "home" / "raw" / "production.duckdb")
    assert certificate is not None
    assert certificate["standby"] is True


def test_a_required_column_that_is_gone_is_refused_and_the_old_file_stands(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    with application(postgres_server, "gone") as environment:
        file, _ = sync(tmp_path, environment)
        before = file.read_bytes()
        with postgres_server.connect("gone") as connection:
            connection.execute("ALTER TABLE app_people RENAME COLUMN id TO identifier")
        with pytest.raises(DataRefused, match=r"app_people\.id is required and is missing"):
            sync(tmp_path, environment)
    assert file.read_bytes() == before
    assert not list(file.parent.glob("*.next*"))


def test_drift_of_other_columns_is_told_and_read_as_null(postgres_server: Postgres, tmp_path: Path) -> None:
    changes = (
        "ALTER TABLE app_people DROP COLUMN siren",
        "ALTER TABLE app_people ADD COLUMN phone text DEFAULT 'canary-new-column'",
    )
    with application(postgres_server, "drift", *changes) as environment:
        file, run = sync(tmp_path, environment)
    assert rows(file, "SELECT siren FROM people") == [(None,), (None,)]
    assert any("app_people.siren is missing" in note for note in run.record.notes)
    assert any("phone" in note for note in run.record.notes)
    assert b"canary-new-column" not in file.read_bytes()


def test_an_emptied_table_never_replaces_a_full_one(postgres_server: Postgres, tmp_path: Path) -> None:
    with application(postgres_server, "emptied") as environment:
        file, _ = sync(tmp_path, environment)
        with postgres_server.connect("emptied") as connection:
            connection.execute("TRUNCATE app_people")
        with pytest.raises(DataRefused, match="app_people has 0 rows, fewer than the 2 expected"):
            sync(tmp_path, environment)
    assert rows(file, "SELECT count(*) FROM people") == [(2,)]


def test_only_keeps_the_other_tables_and_says_so(postgres_server: Postgres, tmp_path: Path) -> None:
    with application(postgres_server, "only") as environment:
        file, _ = sync(tmp_path, environment)
        first = read_certificate(file)
        with postgres_server.connect("only") as connection:
            connection.execute(
                "INSERT INTO facts VALUES (13); INSERT INTO app_people (id) VALUES (gen_random_uuid())"
            )
        sync(tmp_path, environment, ("facts",))
        assert rows(file, "SELECT (SELECT count(*) FROM people), (SELECT count(*) FROM facts)") == [(2, 3)]
        second = read_certificate(file)
        assert first is not None
        assert second is not None
        assert second["kept"] == ["people"]
        assert second["tables"]["people"] == first["tables"]["people"]
        assert second["tables"]["facts"]["snapshot_lsn"] != first["tables"]["facts"]["snapshot_lsn"]
        # Made with another key, the kept pseudonyms would join nothing.
        _, run = sync(tmp_path, environment, ("facts",), ZLV_PSEUDONYM_KEY=PSEUDONYM_KEY[::-1])
        assert rows(file, "SELECT count(*) FROM people") == [(3,)]
        assert any("another declaration or pseudonym key" in note for note in run.record.notes)
        with pytest.raises(SettingsError, match="no table 'nothing' is declared"):
            sync(tmp_path, environment, ("nothing",))


def test_the_same_rows_have_the_same_fingerprint_in_any_order(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    with application(postgres_server, "order") as environment:
        file, _ = sync(tmp_path, environment)
        first = read_certificate(file)
        with postgres_server.connect("order") as connection:
            connection.execute(
                "CREATE TABLE copy AS TABLE app_people; TRUNCATE app_people; INSERT INTO app_people SELECT *"
                " FROM copy ORDER BY id DESC"
            )
        sync(tmp_path, environment)
        second = read_certificate(file)
        with postgres_server.connect("order") as connection:
            connection.execute("UPDATE app_people SET siren = 1 WHERE siren IS NULL")
        sync(tmp_path, environment)
        third = read_certificate(file)
    assert first is not None
    assert second is not None
    assert third is not None
    prints = [certificate["tables"]["people"]["fingerprint"] for certificate in (first, second, third)]
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("POSTGRES_PRODUCTION_READONLY_PASSWORD", "canary-wrong", "refused role zlv_reader"),
        ("POSTGRES_PRODUCTION_READONLY_USER", "nobody_here", "refused role nobody_here"),
        ("POSTGRES_PRODUCTION_DB_NAME", "no_such_database", "has no database no_such_database"),
        ("POSTGRES_PRODUCTION_SSLMODE", "require", "gave no TLS connection"),
    ],
)
def test_wrong_settings_are_one_sentence_and_not_tried_again(
    postgres_server: Postgres, tmp_path: Path, setting: str, value: str, sentence: str
) -> None:
    environment = {**postgres_server.environment("postgres"), setting: value}
    with pytest.raises(SettingsError, match=sentence) as caught:
        sync(tmp_path, environment)
    assert "\n" not in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_table_that_the_role_may_not_read_is_a_matter_of_settings(
    postgres_server: Postgres, tmp_path: Path
) -> None:
    with application(postgres_server, "closed") as environment:
        with postgres_server.connect("closed") as connection:
            connection.execute("REVOKE SELECT ON facts FROM zlv_reader")
        with pytest.raises(SettingsError, match="grant it SELECT"):
            sync(tmp_path, environment)


def test_a_server_that_cannot_be_reached_is_tried_again_and_then_temporary(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    environment = {
        "POSTGRES_PRODUCTION_DB": "127.0.0.1",
        "POSTGRES_PRODUCTION_PORT": "1",
        "POSTGRES_PRODUCTION_DB_NAME": "x",
        "POSTGRES_PRODUCTION_READONLY_USER": "x",
        "POSTGRES_PRODUCTION_READONLY_PASSWORD": READER_PASSWORD,
        "POSTGRES_PRODUCTION_SSLMODE": "disable",
    }
    with pytest.raises(Temporary, match="refused the connection"):
        sync(tmp_path, environment)


def test_a_connection_that_the_server_ends_is_made_again(postgres_server: Postgres, tmp_path: Path) -> None:
    ended = threading.Event()

    def end_the_first(database: str) -> None:
        with postgres_server.connect() as connection:
            while not ended.is_set():
                query = (
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name ="
                    " 'zlv-warehouse' AND datname = %s AND query LIKE 'COPY%%filling%%'"
                )
                if connection.execute(query, [database]).fetchone()[0]:
                    return

    with postgres_server.database("ended", *WIDE_TABLES) as database:
        thread = threading.Thread(target=end_the_first, args=[database])
        thread.start()
        try:
            assert highest(tmp_path, postgres_server.environment(database)) == [(0, 0)] * 3
        finally:
            ended.set()
            thread.join()


def test_the_command_ends_with_the_codes_of_the_contract(postgres_server: Postgres, tmp_path: Path) -> None:
    declared = tmp_path / "catalog"
    catalog_of(declared, production=CATALOG, policy_production=POLICY)
    with application(postgres_server, "command") as environment:
        base = {
            "PATH": "/usr/bin:/bin",
            "ZLV_HOME": str(tmp_path / "home"),
            "ZLV_CATALOG_DIR": str(declared),
            "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
            **environment,
        }
        done = subprocess.run([ZLV, "sync-production"], env=base, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        wrong = {**base, "POSTGRES_PRODUCTION_READONLY_PASSWORD": "canary-wrong"}
        refused = subprocess.run(
            [ZLV, "sync-production"], env=wrong, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 64
    assert "zlv: PostgreSQL at 127.0.0.1" in refused.stderr
    assert "canary" not in done.stdout + done.stderr + refused.stdout + refused.stderr
