"""The way to the application's server: what stands in it is said, and what is around it does not count."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, catalog_of, postgres_server, rows, step
from hidden_tables import CATALOG, OWNERS, POLICY
from listening import listening
from reader_postgres import READER, Postgres

from jobs.errors import SettingsError
from jobs.sources.production.snapshot import sync_production
from jobs.storage.retry import Backoff

__all__ = ["postgres_server"]

BIG = [
    *OWNERS,
    # Several ranges of pages, so that the table would be read through several connections.
    "INSERT INTO owners SELECT i, repeat('x', 1000), '', '' FROM generate_series(4, 40000) i",
    "ANALYZE owners",
]


def sync(tmp_path: Path, environment: dict[str, str]) -> Path:
    declared = catalog_of(tmp_path / "catalog", production=CATALOG, policy_production=POLICY)
    with step("sync-production", tmp_path / "home", DUCKDB_THREAD_NUMBER="4", **environment) as (
        settings,
        run,
    ):
        sync_production(settings, declared, run, (), Backoff(attempts=1))
        return Path(settings.production_file)


@contextmanager
def pool_of_one(port: int) -> Iterator[int]:
    """Stand before a server as a pooler of one connection: the next one waits until the one before ended."""
    turn = threading.Lock()

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for each in (source, target):
            with each:
                pass

    def serve(client: socket.socket) -> None:
        with turn, socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=carry, args=(server, client), daemon=True)
            back.start()
            carry(client, server)
            back.join()

    with listening(serve) as at:
        yield at


def test_a_pool_of_one_connection_does_not_hang(postgres_server: Postgres, tmp_path: Path) -> None:
    """D14"""
    with postgres_server.database("pooled", *BIG) as database, pool_of_one(postgres_server.port) as port:
        environment = {**postgres_server.environment(database), "POSTGRES_PRODUCTION_PORT": str(port)}
        file = sync(tmp_path, environment)
    assert rows(file, "SELECT count(*) FROM owners") == [(40000,)]


@pytest.mark.parametrize("limited", ["ROLE zlv_reader", "DATABASE limited"])
def test_one_connection_is_enough(postgres_server: Postgres, tmp_path: Path, limited: str) -> None:
    """D14: CONNECTION LIMIT 1, of a role or a database."""
    with postgres_server.database("limited", *BIG) as database:
        with postgres_server.connect() as connection:
            connection.execute(f"ALTER {limited} CONNECTION LIMIT 1")
        try:
            file = sync(tmp_path, postgres_server.environment(database))
        finally:
            with postgres_server.connect() as connection:
                connection.execute(f"ALTER ROLE {READER} CONNECTION LIMIT -1")
    assert rows(file, "SELECT count(*) FROM owners") == [(40000,)]


def test_a_line_of_pg_hba_that_is_missing_is_said_once(postgres_server: Postgres, tmp_path: Path) -> None:
    """D10"""
    hba = postgres_server.folder / "data" / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("host all zlv_owner 127.0.0.1/32 scram-sha-256\n")
    try:
        with postgres_server.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
        with pytest.raises(SettingsError, match=r"pg_hba\.conf entry for host") as caught:
            sync(tmp_path, postgres_server.environment("postgres"))
    finally:
        hba.write_text(before)
        with postgres_server.connect() as connection:
            connection.execute("SELECT pg_reload_conf()")
    assert "\n" not in str(caught.value)


def test_what_the_environment_says_to_libpq_does_not_count(postgres_server: Postgres, tmp_path: Path) -> None:
    """D14"""
    service = tmp_path / "services"
    service.write_text("[elsewhere]\nhost=192.0.2.1\nport=1\ndbname=nothing\n")
    catalog_of(tmp_path / "catalog", production=CATALOG, policy_production=POLICY)
    with postgres_server.database("ambient", *OWNERS) as database:
        done = subprocess.run(
            [str(ZLV), "sync-production"],
            env={
                "PATH": "/usr/bin:/bin",
                "ZLV_HOME": str(tmp_path / "home"),
                "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
                "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
                "PGSERVICE": "elsewhere",
                "PGSERVICEFILE": str(service),
                "PGHOSTADDR": "192.0.2.1",
                "PGOPTIONS": "-c search_path=nowhere",
                "PGSSLMODE": "verify-full",
                "PGTARGETSESSIONATTRS": "read-write",
                "PGREQUIREAUTH": "none",
                **postgres_server.environment(database),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    assert rows(tmp_path / "home" / "raw" / "production.duckdb", "SELECT count(*) FROM owners") == [(3,)]
