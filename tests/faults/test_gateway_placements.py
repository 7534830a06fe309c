"""D1: a stream that is cut, stalled, reset, throttled or lied about, at any byte, on any path: right rows, or
75 and the old file stands; never 0 with fewer rows."""

from __future__ import annotations

import pytest
from gateway import STATUS_FAULTS, Fault
from placements import BY_DUCKDB, PATHS, SHARES, SWIFT, World, placed, size, world

__all__ = ["world"]  # fixtures


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", [*SWIFT, *STATUS_FAULTS])
@pytest.mark.parametrize(("place", "name"), PATHS, ids=["-".join(path) for path in PATHS])
def test_no_fault_at_any_byte_of_any_path_makes_fewer_rows(
    world: World, place: str, name: str, kind: str, share: float
) -> None:
    """D1: 15 paths × 8 kinds of fault × 4 places."""
    at = min(int(size(name) * share), size(name) - 1)
    outcome = placed(world, place, name, Fault(kind, at, name))
    # Every byte but Parquet's first ones is asked for; whoever was struck may not end as if nothing had been.
    struck = world.gates[place].hits > 0
    assert outcome == ("75" if struck else "0")
    assert struck or name == "rows.parquet"


@pytest.mark.parametrize(
    ("place", "name", "share"),
    [(*path, share) for path in PATHS for share in (0.0, 0.6) if share == 0.0 or path not in BY_DUCKDB],
)
def test_a_stalled_stream_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str, name: str, share: float
) -> None:
    """D1: nobody waits for ever, nor takes what came for all."""
    monkeypatch.setattr("jobs.storage.s3.READ_SECONDS", 0.8)
    monkeypatch.setattr("jobs.sources.lake.objects.READ_SECONDS", 0.8)
    world.connection.execute("SET GLOBAL http_timeout = 1")
    outcome = placed(world, place, name, Fault("stall", int(size(name) * share), name))
    assert outcome == ("75" if world.gates[place].hits else "0")


@pytest.mark.parametrize("kind", [*SWIFT, *STATUS_FAULTS])
@pytest.mark.parametrize(("place", "name"), PATHS, ids=["-".join(path) for path in PATHS])
def test_what_fails_once_is_read_again(world: World, place: str, name: str, kind: str) -> None:
    """D1: a fault that passes costs another try and no row."""
    fault = Fault(kind, size(name) // 2, name, times=1)
    assert placed(world, place, name, fault, attempts=2) == "0"


# Where nothing is promised, DuckDB finds out for itself.
@pytest.mark.parametrize("share", SHARES[1:])
@pytest.mark.parametrize("name", ["plain.csv", "broken-line.csv", "rows.parquet", "rows.json"])
def test_a_server_that_promises_less_than_it_lists_is_not_believed(
    world: World, name: str, share: float
) -> None:
    """D1: DuckDB asks for a size of its own, and would read no further."""
    assert placed(world, "s3", name, Fault("shrunk", int((size(name) - 1) * share), name)) == "75"
    assert world.gates["s3"].hits
