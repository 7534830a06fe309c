"""Ask a session with the treatments of raw columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from jobs.privacy.treatments import install_pseudonyms
from jobs.settings import read_settings

SHORT, BLOCK, LONG = "k" * 32, "b" * 64, "clé de plus d’un bloc " * 5


def session(key: str | None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Paris'")
    install_pseudonyms(connection, read_settings({"ZLV_PSEUDONYM_KEY": key} if key else {}))
    return connection


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with session(SHORT) as opened:
        yield opened


def value(connection: duckdb.DuckDBPyConnection, expression: str, *values: Any) -> Any:
    row = connection.execute(f"SELECT {expression}", list(values)).fetchone()
    assert row is not None
    return row[0]
