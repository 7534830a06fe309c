"""sync-production on a real PostgreSQL: only what is declared arrives, and what drifted is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from components import PSEUDONYM_KEY, postgres_server, rows, step
from reader_postgres import Postgres
from synced import application, sync

from jobs.errors import DataRefused, SettingsError
from jobs.storage.files import read_certificate

__all__ = ["postgres_server"]  # fixtures


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
