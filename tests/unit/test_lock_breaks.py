"""A lock that is broken by hand, or damaged: what is told, and what is kept."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from chain import ZLV, base_environment
from foreign_locks import foreign

from jobs.errors import SettingsError, Temporary
from jobs.pipelines.lock import break_lock
from jobs.telemetry.records import (
    RunRecord,
    read_run,
    run_path,
    write_record,
)
from jobs.telemetry.volume_lock import read_lock, release, take


def test_a_broken_lock_is_kept_in_the_runs_record(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no run holds"):
        break_lock(tmp_path, "why not")
    take(tmp_path, foreign("daily-1"))
    write_record(run_path(tmp_path, "daily-1"), RunRecord("daily-1", "daily", 1.0))
    break_lock(tmp_path, "node lost")
    entry = json.loads((tmp_path / "lock-breaks.jsonl").read_text())
    assert (entry["run_id"], entry["why"], entry["holder"]) == ("daily-1", "node lost", "zlv-daily-1-abcde")
    record = read_run(tmp_path, "daily-1")
    assert record is not None and record.notes == [f"its lock was broken by {entry['by']}: node lost"]
    assert read_lock(tmp_path) is None


def test_the_commands_show_and_break_it(tmp_path: Path) -> None:
    def zlv(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ZLV), *arguments],
            env=base_environment(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )

    assert "no run holds" in zlv("lock", "show").stdout
    take(tmp_path / "runs", foreign("daily-1"))
    assert "run daily-1 (kubernetes, zlv-daily-1-abcde) has held" in zlv("lock", "show").stdout
    assert zlv("lock", "break").returncode == 2
    assert "broke the lock of run daily-1" in zlv("lock", "break", "--why", "gone").stdout
    assert json.loads(zlv("lock", "show", "--json").stdout) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '"x"', '{"run_id": "daily-1"}', "\0\0", '{"run_id": 5}'], ids=repr
)
def test_a_damaged_lock_is_broken_as_its_sentence_says(tmp_path: Path, text: str) -> None:
    """N22"""
    (tmp_path / "lock.json").write_text(text, encoding="utf-8")
    with pytest.raises(Temporary, match=r"names no run.*zlv lock break"):
        take(tmp_path, foreign("daily-1"))
    release(tmp_path, "daily-1")
    assert break_lock(tmp_path, "the machine lost its power") is None
    assert json.loads((tmp_path / "lock-breaks.jsonl").read_text())["why"] == "the machine lost its power"
    assert take(tmp_path, foreign("daily-1")) is None


def test_a_lock_whose_fields_have_other_types_names_nobody(tmp_path: Path) -> None:
    """N22"""
    take(tmp_path, foreign("daily-1"))
    values = json.loads((tmp_path / "lock.json").read_text())
    (tmp_path / "lock.json").write_text(json.dumps(values | {"heartbeat": "now"}))
    with pytest.raises(Temporary, match="names no run"):
        read_lock(tmp_path)
