"""The application's rows and the marts' in one base, and how their states are told apart without SQL."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from chain import Chain

PARIS = ZoneInfo("Europe/Paris")
UPDATES = ("housing:status-updated", "housing:occupancy-updated")
STATUSES = {
    "non suivi": 0,
    "jamais contacte": 0,
    "en attente de retour": 1,
    "premier contact": 2,
    "suivi en cours": 3,
}
STATUSES |= {"suivi termine": 4, "non vacant": 4, "sortie de la vacance": 4, "suivi bloque": 5, "bloque": 5}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def base(chain: Chain) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the marts, and the raw file as `raw`."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        connection.execute(
            f"ATTACH '{chain.home / 'warehouse' / 'warehouse.duckdb'}' AS warehouse (READ_ONLY)"
        )
        connection.execute(f"ATTACH '{chain.home / 'raw' / 'production.duckdb'}' AS raw (READ_ONLY)")
        connection.execute("USE warehouse.marts")
        yield connection


def rows(base: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    cursor = base.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def key_of(label: str | None) -> str | None:
    """Compare labels as a reader does: without case, accents, apostrophes and hyphens."""
    if label is None:
        return None
    plain = "".join(c for c in unicodedata.normalize("NFD", label.lower()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split()) or None


def status_of(label: str | None) -> int | str | None:
    key = key_of(label)
    return STATUSES.get(key, key) if key else None


def months_after(moment: datetime, months: int) -> datetime:
    """Add months on the clock of Paris; the last day of a shorter month stands for a later one."""
    local = moment.astimezone(PARIS)
    year, month = divmod(local.month - 1 + months, 12)
    for day in (local.day, 30, 29, 28):
        try:
            return local.replace(year=local.year + year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError


@pytest.fixture(scope="module")
def updates(base: duckdb.DuckDBPyConnection) -> list[Row]:
    """Give the events that made a status or an occupancy another one, from the raw tables."""
    housings = {
        row["event_id"]: (row["housing_geo_code"], row["housing_id"])
        for row in rows(base, "FROM raw.housing_events")
    }
    authors = {row["id"]: row for row in rows(base, "FROM raw.users")}
    found = []
    for event in rows(base, "FROM raw.events"):
        author = authors.get(event["created_by"])
        event["status"] = status_of(event["new_status"])
        event["status_changed"] = event["status"] != status_of(event["old_status"])
        event["occupancy_changed"] = key_of(event["new_occupancy"]) != key_of(event["old_occupancy"])
        event["housing"] = housings.get(event["id"])
        event["source"] = None if author is None else "zlv" if author["is_zlv_team"] else "user"
        if event["type"] in UPDATES and (event["status_changed"] or event["occupancy_changed"]):
            found.append(event)
    assert found, "the sample has updates"
    return found
