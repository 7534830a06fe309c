"""Long work says how far it is, at what pace, and how long it still takes (N18)."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from components import Lake, s3_server, step
from lake_loads import declared, load, loaded

from jobs.sources.lake import meter
from jobs.sources.lake.counted import counted
from jobs.sources.lake.item import LakeObject
from jobs.sources.lake.pipe import piped
from jobs.telemetry.pace import spoken, to_go
from jobs.transform import listener
from jobs.transform.listener import Listener
from jobs.transform.nodes import Outcome

__all__ = ["s3_server"]  # fixtures

FIGURES = re.compile(
    r"external\.towns: read (\d+\.\d) of (\d+\.\d) MB, \d+\.\d MB/s, about (?:\d+ min )?\d+ s to go"
)


class SlowBody(BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        time.sleep(0.05)
        return super().read(size)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "PROGRESS_SECONDS", 0.1)
    monkeypatch.setattr(meter, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(listener, "PROGRESS_SECONDS", 0.0)


def read_of(log: str) -> list[tuple[float, float]]:
    return [(float(done), float(size)) for done, size in FIGURES.findall(log)]


@pytest.mark.usefixtures("often")
def test_a_large_object_that_duckdb_reads_says_how_much_is_read(
    tmp_path: Path, s3_server: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    """N18: 500 MB showed a line at the start and one at the end."""
    body = "code,zone\n" + "".join(f"{number:05},zone {'z' * 80}\n" for number in range(400_000))
    s3_server.put("far/towns.csv", body)
    catalog = declared(tmp_path, towns="far/towns.csv")
    load(tmp_path, catalog, s3_server, DUCKDB_THREAD_NUMBER="1")
    assert loaded(tmp_path, "towns") == 400_000
    said = read_of(capsys.readouterr().err)
    assert len(said) > 1 and {size for _, size in said} == {round(len(body) / 1e6, 1)}
    assert all(0 < done <= size for done, size in said)


@pytest.mark.usefixtures("often")
def test_bytes_that_a_thread_hands_on_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """N18: an object that is repaired goes to DuckDB through a pipe."""
    item = LakeObject("s3://lake/towns.csv", "towns.csv", "e", 20_000_000)
    with (
        step("load-lake", tmp_path) as (_, run),
        duckdb.connect() as connection,
        meter.metered(run, "external.towns", item, connection),
        piped(tmp_path, counted(lambda: SlowBody(b"x" * item.size), "it", item.size)) as pipe,
    ):
        assert len(pipe.read_bytes()) == item.size
    said = [done for done, size in read_of(capsys.readouterr().err) if size == 20.0]
    assert len(said) > 2 and said == sorted(said)


@pytest.mark.usefixtures("often")
def test_an_object_of_which_nobody_knows_the_size_says_what_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """N18"""
    item = LakeObject("https://elsewhere/towns.csv", "towns.csv", "e", -1)
    with (
        step("load-lake", tmp_path) as (_, run),
        duckdb.connect() as connection,
        meter.metered(run, "external.towns", item, connection),
    ):
        assert sum(map(len, counted(lambda: SlowBody(b"x" * 10_000_000), "it", None))) == 10_000_000
    assert re.search(r"external\.towns: read \d\.\d MB, \d+\.\d MB/s\"", capsys.readouterr().err)


@pytest.mark.usefixtures("often")
def test_a_build_says_since_when_and_how_long_still(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """N18: it said how many of how many, and nothing of time."""
    with step("build", tmp_path) as (_, run):
        heard = Listener(run, Outcome())
        heard(SimpleNamespace(info=SimpleNamespace(name="LogStartLine"), data=SimpleNamespace(total=4)))
        heard._begun -= 90
        moment = "2026-11-23T02:00:00.000000Z"
        for name in "ab":
            times = {"node_started_at": moment, "node_finished_at": moment}
            node = SimpleNamespace(unique_id=name, node_name=name, resource_type="test", **times)
            result = SimpleNamespace(status="pass", message="")
            data = SimpleNamespace(node_info=node, run_result=result)
            heard(SimpleNamespace(info=SimpleNamespace(name="NodeFinished"), data=data))
    said = capsys.readouterr().err
    assert "1 of 4 models and tests after 1 min 30 s, about 4 min 30 s to go" in said
    assert "2 of 4 models and tests after 1 min 30 s, about 1 min 30 s to go" in said


def test_durations_are_written_as_a_person_says_them() -> None:
    assert [spoken(each) for each in (0.4, 59.4, 59.6, 3599, 3780)] == [
        "0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 3 min",
    ]
    assert to_go(0, 10, 5) == to_go(3, 0, 5) == "" and to_go(11, 10, 5) == ", about 0 s to go"
