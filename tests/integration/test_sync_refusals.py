"""sync-production on a server that refuses, is gone or hangs up: one sentence, and the contract's codes."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, catalog_of, postgres_server
from reader_postgres import READER_PASSWORD, Postgres
from synced import CATALOG, POLICY, WIDE_TABLES, application, highest, sync

from jobs.errors import SettingsError, Temporary

__all__ = ["postgres_server"]  # fixtures


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
