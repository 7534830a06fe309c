"""Settings that reach real servers, and `zlv prepare` with some of them changed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from chain import ZLV
from components import PSEUDONYM_KEY, Lake, catalog_of
from reader_postgres import Postgres

PRODUCTION = """
domain: production
defaults: {owner: team}
sources:
  owners: {location: "postgres:owners", columns: {id: INTEGER}}
"""


@pytest.fixture
def environment(postgres_server: Postgres, s3_server: Lake, tmp_path: Path) -> Iterator[dict[str, str]]:
    catalog_of(tmp_path / "catalog", production=PRODUCTION, policy_production="domain: production\n")
    with postgres_server.database("prepare", "CREATE TABLE owners (id integer)") as database:
        yield {
            "PATH": "/usr/bin:/bin",
            "ZLV_HOME": str(tmp_path / "home"),
            "ZLV_CATALOG_DIR": str(tmp_path / "catalog"),
            "ZLV_PSEUDONYM_KEY": PSEUDONYM_KEY,
            "ZLV_SIGNING_KEY": PSEUDONYM_KEY[::-1],
            **postgres_server.environment(database),
            **s3_server.environment(),
        }


def prepare(environment: dict[str, str], *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ZLV, "prepare", *arguments],
        env={**environment, **changed},
        capture_output=True,
        text=True,
        check=False,
    )
