"""A damaged record is named and left out; the runs beside it are shown."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from chain import ZLV, base_environment

from jobs.telemetry.records import RunRecord, StepRecord, run_path, step_path, write_record

SPAN = {
    "name": "run daily",
    "trace_id": "a" * 32,
    "span_id": "b" * 16,
    "parent_id": None,
    "start": 1,
    "end": 2,
    "status": "UNSET",
    "message": None,
    "attributes": {},
}


def cut(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:20], encoding="utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def binary(path: Path) -> None:
    path.write_bytes(b"\xff\x00\xfe")


def other_types(path: Path) -> None:
    path.write_text(json.dumps({"run_id": 5, "pipeline": None, "started": "noon", "step": []}))


def a_list(path: Path) -> None:
    path.write_text("[1, 2]")


def cycle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    runs = tmp_path / "runs"
    for run_id in ("good", "bad"):
        write_record(run_path(runs, run_id), RunRecord(run_id, "daily", 1.0, 2.0, "done", 0))
        write_record(
            step_path(runs, run_id, "build"), StepRecord("build", "build", run_id, 1.0, 2.0, "done", 0)
        )
        (runs / run_id / "spans.jsonl").write_text(json.dumps(SPAN) + "\n")
    return tmp_path


@pytest.mark.parametrize("damage", [cut, empty, binary, other_types, a_list, cycle, folder])
@pytest.mark.parametrize("file", ["run.json", "steps/build.json", "spans.jsonl"])
def test_a_damaged_record_is_named_and_left_out(
    home: Path, file: str, damage: Callable[[Path], None]
) -> None:
    """N8"""
    path = home / "runs" / "bad" / file
    damage(path)
    spans = file == "spans.jsonl"
    commands = [("trace", "bad")] if spans else [("runs", "--json"), ("status", "--json")]
    told = ""
    for command in commands:
        done = subprocess.run(
            [str(ZLV), *command],
            env=base_environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "unexpected" not in done.stderr
        told += done.stderr
        if command[0] == "runs":
            assert "good" in {run["run_id"] for run in json.loads(done.stdout)}
    assert (spans and damage is empty) or f"{path} is damaged and is left out" in told


def test_what_is_no_run_among_the_runs_is_passed_over(home: Path) -> None:
    """N8"""
    runs = home / "runs"
    (runs / "loop").symlink_to("loop")
    (runs / "a file").write_text("x")
    (runs / "odd\nname").mkdir()
    (runs / "up").symlink_to("..")
    done = subprocess.run(
        [str(ZLV), "runs"], env=base_environment(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "good" in done.stdout and "odd" not in done.stdout
