"""D1: a stream that is cut, stalled, reset, throttled or lied about, at any byte, on any path: right rows, or
75 and the old file stands; never 0 with fewer rows."""

from __future__ import annotations

import contextlib
import functools
import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard
from components import Lake, catalog_of, rows, s3, step
from gateway import BODY_FAULTS, STATUS_FAULTS, Fault, Gateway, gateway
from web import web

from jobs.errors import Temporary
from jobs.settings import read_settings
from jobs.sources.lake.loading import choose, load_lake
from jobs.storage import s3 as storage
from jobs.storage.files import read_certificate
from jobs.storage.retry import Backoff
from jobs.storage.s3 import client as s3_client

OLD, NEW = 400, 500
POLICY = "domain: lovac\ncolumns:\n  code: {class: none, treatment: keep}\n  label: {class: none, treatment: keep}\n"
COLUMNS = "    columns: {code: {type: VARCHAR, required: true}, label: VARCHAR}\n"
ONCE, TWICE = (Backoff(attempts=n, initial=0.01, maximum=0.01, jitter=0.01) for n in (1, 2))


def text(count: int, special: str = "") -> str:
    return "code,label\n" + special + "".join(f"{n:05d},Ville é {n}\n" for n in range(count))


def parquet(count: int) -> bytes:
    file = Path(f"/tmp/zlv-placements-{count}.parquet")
    query = f"SELECT lpad(i::VARCHAR, 5, '0') AS code, 'Ville ' || i AS label FROM range({count}) t(i)"
    duckdb.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, ROW_GROUP_SIZE 100)")
    try:
        return file.read_bytes()
    finally:
        file.unlink()


def zipped(count: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("raw.csv", text(count))
    return held.getvalue()


def objects(count: int) -> bytes:
    return json.dumps([{"code": f"{n:05d}", "label": f"Ville {n}"} for n in range(count)]).encode()


# Each takes another path through the readers.
BODIES = {
    "plain.csv": lambda n: text(n).encode(),
    "open-quote.csv": lambda n: text(n, '99999,"never closed\n').encode(),
    "broken-line.csv": lambda n: text(n, "99999\n").encode(),
    "windows-1252.csv": lambda n: text(n).encode("cp1252"),
    "utf-16.csv": lambda n: text(n).encode("utf-16"),
    "packed.csv.gz": lambda n: gzip.compress(text(n).encode(), 1),
    "packed.csv.zst": lambda n: zstandard.compress(text(n).encode()),
    "packed.csv.zip": zipped,
    "rows.parquet": parquet,
    "rows.json": objects,
}
ON_THE_WEB = ("plain.csv", "open-quote.csv", "packed.csv.gz", "rows.parquet", "rows.json")
SHARES = (0.0, 0.002, 0.5, 0.98, 1.0)
PATHS = [("s3", name) for name in BODIES] + [("web", name) for name in ON_THE_WEB]
# DuckDB asks these itself; it waits some seconds before it calls a stall one.
BY_DUCKDB = [("s3", name) for name in ("plain.csv", "broken-line.csv", "rows.parquet", "rows.json")]
SWIFT = tuple(kind for kind in BODY_FAULTS if kind != "stall")


@dataclass
class World:
    """The servers behind their gateways, and a finished load of the old edition of each object."""

    lake: Lake
    s3: Gateway
    web: Gateway
    old: Path

    def settings(self) -> dict[str, str]:
        return {**self.lake.environment(), "CELLAR_HOST_URL": f"127.0.0.1:{self.s3.port}"}

    def gate(self, place: str) -> Gateway:
        return self.s3 if place == "s3" else self.web


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Load every old edition without a fault, then put the new ones in their places."""
    folder = tmp_path_factory.mktemp("placements")
    files = folder / "files"
    files.mkdir()
    with contextlib.ExitStack() as stack:
        lake = stack.enter_context(s3())
        address = stack.enter_context(web(files))
        side = stack.enter_context(gateway(int(address.rsplit(":", 1)[1])))
        world = World(lake, stack.enter_context(gateway(lake.port)), side, folder / "old")
        # Making a client of boto takes longer than a load.
        made = functools.lru_cache(lambda seconds: s3_client(settings, attempts=1))
        settings = read_settings({"ZLV_HOME": str(folder), **world.settings()})
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("jobs.sources.lake.objects.client", lambda *_, **__: made(storage.READ_SECONDS))
        for count in (OLD, NEW):
            for name, body in BODIES.items():
                lake.put(name, body(count))
                (files / name).write_bytes(body(count))
            for place, name in PATHS if count == OLD else ():
                load(world, world.old / place / name, place, name, ONCE)
        yield world


def load(world: World, home: Path, place: str, name: str, backoff: Backoff) -> None:
    location = f"s3://{{lake}}/{name}" if place == "s3" else f"http://127.0.0.1:{world.web.port}/{name}"
    format_ = {"parquet": "{type: parquet}", "json": "{type: json}"}.get(name.rsplit(".", 1)[1], "{}")
    declared = catalog_of(
        home / "catalog",
        policy_lovac=POLICY,
        lovac=(
            "domain: lovac\ndefaults: {owner: team, rejects_threshold: 0.5}\nsources:\n  towns:\n"
            f"    location: {location}\n    format: {format_}\n{COLUMNS}"
        ),
    )
    with step("load-lake", home, **world.settings()) as (settings, run):
        load_lake(settings, choose(declared), run, 1, backoff)


def held(home: Path) -> tuple[Any, ...]:
    query = "SELECT count(*), count(DISTINCT code), min(length(label)) FROM towns"
    return rows(home / "raw" / "lovac" / "towns.duckdb", query)[0]


def placed(world: World, tmp_path: Path, place: str, name: str, fault: Fault, backoff: Backoff) -> str:
    """Load through a fault; say what came of it after looking whether it is right."""
    home = tmp_path / "home"
    shutil.copytree(world.old / place / name, home, ignore=shutil.ignore_patterns("runs", "tmp"))
    file = home / "raw" / "lovac" / "towns.duckdb"
    before = file.stat().st_mtime_ns
    gate = world.gate(place)
    gate.fault, gate.hits = fault, 0
    try:
        load(world, home, place, name, backoff)
    except Temporary as error:
        assert "unexpected" not in str(error)
        assert file.stat().st_mtime_ns == before and held(home)[:2] == (OLD, OLD)
        assert not list(file.parent.glob("*.next*")) and not list((home / "tmp").glob("object-*"))
        return "75"
    finally:
        gate.fault = None
    certificate = read_certificate(file)
    assert certificate is not None
    assert held(home)[:2] == (NEW, NEW), f"0 with {held(home)} of {NEW} rows"
    return "0"


def size(name: str) -> int:
    return len(BODIES[name](NEW))


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", [*SWIFT, *STATUS_FAULTS])
@pytest.mark.parametrize(("place", "name"), PATHS, ids=["-".join(path) for path in PATHS])
def test_no_fault_at_any_byte_of_any_path_makes_fewer_rows(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    name: str,
    kind: str,
    share: float,
) -> None:
    """D1: 15 paths × 8 kinds of fault × 5 places."""
    monkeypatch.setattr("jobs.sources.lake.loading.HTTP_RETRIES", 0)
    at = min(int(size(name) * share), size(name) - 1)
    outcome = placed(world, tmp_path, place, name, Fault(kind, at, name), ONCE)
    # Every byte but Parquet's first ones is asked for; whoever was struck may not end as if nothing had been.
    struck = world.gate(place).hits > 0
    assert outcome == ("75" if struck else "0")
    assert struck or name == "rows.parquet"


@pytest.mark.parametrize("share", [0.0, 0.6])
@pytest.mark.parametrize(("place", "name"), PATHS, ids=["-".join(path) for path in PATHS])
def test_a_stalled_stream_is_given_up(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, name: str, share: float
) -> None:
    """D1: nobody waits for ever, nor takes what came for all."""
    if (place, name) in BY_DUCKDB and share:
        share = 0.9
    monkeypatch.setattr("jobs.storage.s3.READ_SECONDS", 0.3)
    monkeypatch.setattr("jobs.sources.lake.objects.READ_SECONDS", 0.3)
    monkeypatch.setattr("jobs.sources.lake.loading.HTTP_RETRIES", 0)
    outcome = placed(world, tmp_path, place, name, Fault("stall", int(size(name) * share), name), ONCE)
    assert outcome == ("75" if world.gate(place).hits else "0")


@pytest.mark.parametrize("kind", [*SWIFT, *STATUS_FAULTS])
@pytest.mark.parametrize(("place", "name"), PATHS, ids=["-".join(path) for path in PATHS])
def test_what_fails_once_is_read_again(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, name: str, kind: str
) -> None:
    """D1: a fault that passes costs another try and no row."""
    monkeypatch.setattr("jobs.sources.lake.loading.HTTP_RETRIES", 0)
    fault = Fault(kind, size(name) // 2, name, times=1)
    assert placed(world, tmp_path, place, name, fault, TWICE) == "0"
