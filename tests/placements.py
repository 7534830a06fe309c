"""Objects of every kind in a lake and on the web, behind gateways that spoil their streams on demand."""

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
from components import catalog_of, rows, s3, step
from gateway import BODY_FAULTS, Fault, Gateway, gateway
from web import web

from jobs.catalog import Source
from jobs.errors import Temporary
from jobs.settings import Settings
from jobs.sources.lake.load import load_source
from jobs.sources.lake.objects import Lake
from jobs.sources.lake.secret import ensure_s3_secret
from jobs.storage import s3 as storage
from jobs.storage.retry import Backoff, retried
from jobs.storage.s3 import client as s3_client
from jobs.storage.session import connect
from jobs.telemetry import StageRun

OLD, NEW = 400, 500
POLICY = """
domain: lovac
columns:
  code: {class: none, treatment: keep}
  label: {class: none, treatment: keep}
"""


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
SHARES = (0.0, 0.002, 0.6, 1.0)
PATHS = [("s3", name) for name in BODIES] + [("web", name) for name in ON_THE_WEB]


# DuckDB asks for these itself; in the middle of a body it waits for seconds before it calls a stall one.
BY_DUCKDB = [("s3", name) for name in ("plain.csv", "broken-line.csv", "rows.parquet", "rows.json")]
SWIFT = tuple(kind for kind in BODY_FAULTS if kind != "stall")


@dataclass
class World:
    """Servers behind their gateways, one session of DuckDB for all loads, a raw file of each old edition."""

    home: Path
    gates: dict[str, Gateway]
    settings: Settings
    run: StageRun
    connection: duckdb.DuckDBPyConnection
    sources: dict[tuple[str, str], Source]

    def load(self, place: str, name: str, attempts: int = 1) -> None:
        """Load one object as `load_lake` does, but for what it does once for all sources."""
        source, lake = self.sources[place, name], Lake(self.settings)
        backoff = Backoff(attempts=attempts, initial=0.01, maximum=0.01, jitter=0.01)

        def attempt() -> Any:
            cursor = self.connection.cursor()
            return load_source(self.settings, source, lake.find(source), lake, self.run, cursor)

        retried(self.run, attempt, backoff)

    def file(self, place: str, name: str) -> Path:
        return self.settings.raw_file("lovac", self.sources[place, name].name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Load every old edition without a fault, then put the new ones in their places."""
    home = tmp_path_factory.mktemp("placements")
    (home / "files").mkdir()
    with contextlib.ExitStack() as stack:
        lake = stack.enter_context(s3())
        address = stack.enter_context(web(home / "files"))
        gates = {
            "s3": stack.enter_context(gateway(lake.port)),
            "web": stack.enter_context(gateway(int(address.rsplit(":", 1)[1]))),
        }
        environment = {**lake.environment(), "CELLAR_HOST_URL": f"127.0.0.1:{gates['s3'].port}"}
        settings, run = stack.enter_context(step("load-lake", home, **environment))
        # Making a client of boto takes longer than a load; that of a stall has another patience.
        made = functools.lru_cache(lambda seconds: s3_client(settings, attempts=1))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr("jobs.sources.lake.objects.client", lambda *_, **__: made(storage.READ_SECONDS))
        ensure_s3_secret(settings)
        connection = stack.enter_context(connect(settings, "httpfs"))
        connection.execute("SET GLOBAL http_retries = 0; SET GLOBAL http_timeout = 60")
        declared = catalog_of(home / "catalog", policy_lovac=POLICY, lovac=_catalog(gates["web"].port))
        sources = {path: declared.source(_name(*path)) for path in PATHS}
        world = World(home, gates, settings, run, connection, sources)
        for count in (OLD, NEW):
            for name, body in BODIES.items():
                lake.put(name, body(count))
                (home / "files" / name).write_bytes(body(count))
            for place, name in PATHS if count == OLD else ():
                world.load(place, name)
                shutil.copy(world.file(place, name), world.file(place, name).with_suffix(".old"))
        yield world


def _name(place: str, name: str) -> str:
    return f"{place}_{name.replace('.', '_').replace('-', '_')}"


def _catalog(web_port: int) -> str:
    text = "domain: lovac\ndefaults: {owner: team, rejects_threshold: 0.5}\nsources:\n"
    for place, name in PATHS:
        location = f"s3://{{lake}}/{name}" if place == "s3" else f"http://127.0.0.1:{web_port}/{name}"
        form = {"parquet": "{type: parquet}", "json": "{type: json}"}.get(name.rsplit(".", 1)[1], "{}")
        columns = "    columns: {code: {type: VARCHAR, required: true}, label: VARCHAR}\n"
        text += f"  {_name(place, name)}:\n    location: {location}\n    format: {form}\n{columns}"
    return text


def placed(world: World, place: str, name: str, fault: Fault, attempts: int = 1) -> str:
    """Load through a fault; say what came of it after looking whether it is right."""
    file, gate = world.file(place, name), world.gates[place]
    shutil.copy(file.with_suffix(".old"), file)
    before = file.read_bytes()
    gate.fault, gate.hits = fault, 0
    try:
        world.load(place, name, attempts)
    except Temporary:
        assert file.read_bytes() == before
        assert not list(file.parent.glob("*.next*")) and not list(world.settings.spill_dir.glob("object-*"))
        return "75"
    finally:
        gate.fault = None
    query = f"SELECT count(*), count(DISTINCT code), min(label[:7]) FROM {_name(place, name)}"
    text = "Ville 0" if name in ("rows.parquet", "rows.json") else "Ville é"
    assert rows(file, query) == [(NEW, NEW, text)]
    return "0"


def size(name: str) -> int:
    return len(BODIES[name](NEW))
