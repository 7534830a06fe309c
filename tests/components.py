"""Share a real PostgreSQL and an S3 server among tests, and a stage in this process that works on them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from reader_postgres import Postgres, postgres

BUCKET, ACCESS_KEY, SECRET_KEY = "zlv-lake", "canary-access-key", "canary-secret'key"
PSEUDONYM_KEY = "canary-pseudonym-key-of-more-than-32-characters"
SIGNING = {"ZLV_SIGNING_KEY": "canary-signing-key-of-more-than-32-characters"}


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
