"""What a start of the servers leaves for the next one: state, secrets, environment."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.sample.servers.local_postgres import Postgres
from jobs.sample.servers.local_s3 import S3

DATABASE = "zlv"
READER = "zlv_reader"
LAKE_BUCKET = "zlv-data-lake"
METABASE_BUCKET = "zlv-metabase"


@dataclass(frozen=True)
class Components:
    """Both servers, running; `environment` is what the stages need to work on them."""

    home: Path
    postgres: Postgres
    s3: S3
    environment: dict[str, str]
    was_running: bool = False

    @property
    def superuser_uri(self) -> str:
        server = self.postgres
        return f"postgresql://postgres:{server.password}@{server.host}:{server.port}/{DATABASE}"

    @property
    def s3_endpoint(self) -> str:
        return self.s3.endpoint

    @property
    def env_file(self) -> Path:
        return self.home / "env"

    def stop(self) -> None:
        """Stop both servers; PostgreSQL's data and the generated sample stay."""
        self.s3.stop()
        self.postgres.stop()


def describe(home: Path, state: dict[str, Any]) -> Components:
    kept, host = state["secrets"], state["host"]
    environment = {
        "POSTGRES_PRODUCTION_DB": host,
        "POSTGRES_PRODUCTION_PORT": str(state["postgres_port"]),
        "POSTGRES_PRODUCTION_DB_NAME": DATABASE,
        "POSTGRES_PRODUCTION_READONLY_USER": READER,
        "POSTGRES_PRODUCTION_READONLY_PASSWORD": kept["POSTGRES_PRODUCTION_READONLY_PASSWORD"],
        "POSTGRES_PRODUCTION_SSLMODE": "disable",
        "CELLAR_HOST_URL": f"{host}:{state['s3_port']}",
        "CELLAR_REGION": "us-east-1",
        "CELLAR_ACCESS_KEY_ID": kept["CELLAR_ACCESS_KEY_ID"],
        "CELLAR_SECRET_ACCESS_KEY": kept["CELLAR_SECRET_ACCESS_KEY"],
        "CELLAR_DATA_LAKE_BUCKET_NAME": LAKE_BUCKET,
        "CELLAR_METABASE_BUCKET_NAME": METABASE_BUCKET,
        "CELLAR_USE_SSL": "false",
        "ZLV_PSEUDONYM_KEY": kept["ZLV_PSEUDONYM_KEY"],
        # The catalog expects of the real files what the sample's do not hold.
        "ZLV_CATALOG_DIR": f":{home / 'sample' / 'catalog'}",
        # Servers that an earlier version started have none of their own.
        "ZLV_SIGNING_KEY": kept.get("ZLV_SIGNING_KEY") or kept["ZLV_PSEUDONYM_KEY"],
    }
    postgres = Postgres(home / "postgres", host, state["postgres_port"], kept["superuser"])
    s3 = S3(
        host,
        state["s3_port"],
        state["s3_pid"],
        kept["CELLAR_ACCESS_KEY_ID"],
        kept["CELLAR_SECRET_ACCESS_KEY"],
    )
    return Components(home, postgres, s3, environment)


def read_state(home: Path) -> dict[str, Any] | None:
    """Read what an earlier start that came to its end has left."""
    try:
        state: dict[str, Any] = json.loads((home / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state


def write_private(path: Path, text: str) -> None:
    pending = path.with_name(path.name + ".next")
    with os.fdopen(
        os.open(pending, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)
    pending.replace(path)
