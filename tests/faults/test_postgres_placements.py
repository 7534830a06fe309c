"""D1: a connection to the application that is cut, reset or falls silent at any byte: right rows, or 75 and
the old file stands."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from components import catalog_of, postgres_server, rows, step
from hidden_tables import CATALOG, OWNERS, POLICY
from raw_gateway import RawGateway, raw_gateway
from reader_postgres import Postgres

from jobs.errors import Temporary
from jobs.sources.production import silence
from jobs.sources.production.snapshot import sync_production
from jobs.storage.retry import Backoff

__all__ = ["postgres_server"]

ROWS = 6000
BIG = [
    *OWNERS,
    f"INSERT INTO owners SELECT i, repeat('x', 200), '', '' FROM generate_series(4, {ROWS}) i",
    "ANALYZE owners",
]
# Of all bytes that the server says during a copy.
SHARES = [n / 30 for n in range(30)]


@dataclass
class World:
    """A database behind a gateway, an old edition of its file, and how many bytes a copy takes."""

    gate: RawGateway
    settings: Any
    run: Any
    declared: Any
    bytes: int = 0

    @property
    def file(self) -> Path:
        return Path(self.settings.production_file)

    def sync(self) -> None:
        sync_production(self.settings, self.declared, self.run, (), Backoff(attempts=1))


@pytest.fixture(scope="module")
def world(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("placements")
    declared = catalog_of(home / "catalog", production=CATALOG, policy_production=POLICY)
    with (
        postgres_server.database("placements", *BIG) as database,
        raw_gateway(postgres_server.port) as gate,
    ):
        environment = {
            **postgres_server.environment(database),
            "POSTGRES_PRODUCTION_PORT": str(gate.port),
            "POSTGRES_PRODUCTION_STATEMENT_TIMEOUT": "1",
        }
        with step("sync-production", home / "home", **environment) as (settings, run):
            world = World(gate, settings, run, declared)
            gate.set(None)
            world.sync()
            world.bytes = gate.said
            yield world


def placed(world: World, kind: str, share: float) -> str:
    """Copy through a fault; say what came of it after looking whether it is right."""
    before = world.file.read_bytes()
    world.gate.set(kind, int(world.bytes * share))
    try:
        world.sync()
    except Temporary as error:
        assert world.file.read_bytes() == before
        assert not list(world.file.parent.glob("*.next*"))
        return str(error)
    finally:
        world.gate.set(None)
    assert rows(world.file, "SELECT count(*) FROM owners") == [(ROWS,)]
    return ""


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", ["cut", "reset"])
def test_a_connection_that_ends_at_any_byte_makes_no_fewer_rows(
    world: World, kind: str, share: float
) -> None:
    told = placed(world, kind, share)
    assert "PostgreSQL at 127.0.0.1" in told and "run again" in told


@pytest.mark.parametrize("share", SHARES[::5])
def test_a_connection_that_falls_silent_is_ended_in_a_bound(
    world: World, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    monkeypatch.setattr(silence, "MARGIN_SECONDS", 1)
    monkeypatch.setattr("jobs.sources.production.postgres.CONNECT_SECONDS", 2)
    began = time.monotonic()
    told = placed(world, "stall", share)
    assert time.monotonic() - began < 20
    assert "said nothing for 2 s" in told or "did not answer in time" in told
