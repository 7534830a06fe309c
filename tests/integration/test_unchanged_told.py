"""A night on which nothing changed is told as such, and what it looked at is fresh."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from bases import base, publish, write_audit, write_warehouse, zlv
from rich.console import Console

from jobs.catalog import load_catalog
from jobs.inspection.freshness import FileState, file_states
from jobs.inspection.run_state import describe
from jobs.pipelines.execution import Outcome
from jobs.pipelines.summary import show
from jobs.releases.release import release_file
from jobs.settings import Settings, project_dir
from jobs.storage.files import write_certificate
from jobs.telemetry import outcome
from jobs.telemetry.moments import in_paris
from jobs.telemetry.records import RunRecord, StepRecord, read_steps, run_path, step_path, write_record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NIGHT = NOW - timedelta(hours=9)
LONG_AGO = NOW - timedelta(days=6)
CATALOG = load_catalog([project_dir("catalog")])
STAGES = ("prepare", "build", "audit", "publish")


@pytest.fixture
def settled(tmp_path: Path) -> Settings:
    """Give a base whose warehouse and release were made six days ago and are of that day."""
    settings = base(tmp_path)
    write_warehouse(settings, rows=10, audited=False)
    told = {"as_of": LONG_AGO.date().isoformat(), "run_id": "first", "written_at": LONG_AGO.isoformat()}
    with duckdb.connect(str(settings.warehouse_file)) as connection:
        write_certificate(connection, "warehouse", told)
    write_audit(settings)
    publish(settings, "first")
    os.utime(settings.warehouse_file, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    return settings


def built(settings: Settings, at: datetime, run_id: str = "night", **facts: Any) -> None:
    """Write the record of a build."""
    began = at.timestamp()
    step = StepRecord("build", "build", run_id, began, began + 1, "done", 0, facts=facts)
    write_record(step_path(settings.runs_dir, run_id, "build"), step)


def looked_at(settings: Settings) -> dict[str, FileState]:
    return {state.domain: state for state in file_states(settings, CATALOG, NOW) if state.source != "history"}


def test_a_warehouse_that_was_looked_at_and_stands_is_fresh_with_its_release(settled: Settings) -> None:
    for domain in ("warehouse", "clean"):
        assert looked_at(settled)[domain].state == "late"
    built(settled, NIGHT, unchanged=True, as_of=NIGHT.date().isoformat())
    for domain in ("warehouse", "clean"):
        found = looked_at(settled)[domain]
        assert (found.state, found.is_late) == ("fresh", False)
        assert found.as_of == "2026-11-23T00:00:00+01:00"
        assert found.unchanged_at == in_paris(NIGHT).isoformat()


def test_a_build_that_does_not_say_its_day_is_of_the_snapshot_that_it_found(settled: Settings) -> None:
    settled.production_file.parent.mkdir()
    built(settled, NIGHT, unchanged=True)
    for hours, state in ((1, "fresh"), (-1, "late")):
        settled.production_file.unlink(missing_ok=True)
        with duckdb.connect(str(settled.production_file)) as connection:
            moment = (NIGHT - timedelta(hours=hours)).isoformat()
            write_certificate(connection, "production", {"snapshot_at": moment})
        assert looked_at(settled)["warehouse"].state == state


@pytest.mark.parametrize(
    ("at", "facts"),
    [
        (NIGHT, {"as_of": "2026-11-23"}),
        (LONG_AGO - timedelta(hours=1), {"unchanged": True, "as_of": "2026-11-23"}),
        # Night after night on the snapshot of last week: the build is no news.
        (NIGHT, {"unchanged": True, "as_of": LONG_AGO.date().isoformat()}),
    ],
    ids=["another file was built", "before this file", "on old data"],
)
def test_nothing_else_makes_old_data_fresh(settled: Settings, at: datetime, facts: dict[str, Any]) -> None:
    built(settled, at, **facts)
    assert {looked_at(settled)[domain].state for domain in ("warehouse", "clean")} == {"late"}


def test_a_release_of_another_warehouse_file_is_not_made_fresh(settled: Settings) -> None:
    write_audit(settled, run_id="elsewhere")
    with duckdb.connect(str(settled.warehouse_file)) as connection:
        told = {"as_of": "2026-11-17", "run_id": "second", "written_at": LONG_AGO.isoformat()}
        write_certificate(connection, "warehouse", told)
    os.utime(settled.warehouse_file, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))
    built(settled, NIGHT, unchanged=True, as_of="2026-11-23")
    found = looked_at(settled)
    assert (found["warehouse"].state, found["clean"].state) == ("fresh", "late")
    assert release_file(settled.clean_dir, "first").exists()


def night(settings: Settings, *unchanged: str) -> RunRecord:
    """Write the records of a daily run in which some stages found nothing changed."""
    record = RunRecord("daily-1", "daily", 10.0, 20.0, "done", 0)
    write_record(run_path(settings.runs_dir, "daily-1"), record)
    for number, name in enumerate(STAGES):
        facts = {"unchanged": True} if name in unchanged else {}
        step = StepRecord(name, name, "daily-1", 11.0 + number, 12.0 + number, "done", 0, facts=facts)
        write_record(step_path(settings.runs_dir, "daily-1", name), step)
    return record


@pytest.mark.parametrize("unchanged", [STAGES[1:], ("audit", "publish"), ()])
def test_a_run_is_unchanged_when_build_audit_and_publish_are(
    tmp_path: Path, unchanged: tuple[str, ...]
) -> None:
    settings, whole = base(tmp_path), len(unchanged) == 3
    record = night(settings, *unchanged)
    assert describe(settings, "daily-1")["unchanged"] is whole
    assert json.loads(zlv(settings, "runs", "--json").stdout)[0]["unchanged"] is whole
    assert zlv(settings, "runs").stdout.split()[-1] == ("unchanged" if whole else "done")
    status = zlv(settings.model_copy(update={"ZLV_CATALOG_DIR": str(project_dir("catalog"))}), "status")
    assert f"daily: {'unchanged' if whole else 'done'} in 10.0 s, daily-1" in status.stdout
    out = StringIO()
    steps = read_steps(settings.runs_dir, "daily-1")
    show(Console(file=out, width=120), settings, Outcome(record, steps, {}, None))
    lines = {line.split()[1]: line.split()[-2] for line in out.getvalue().splitlines() if line[:1] == "│"}
    expected = {name: "unchanged" if name in unchanged else "done" for name in STAGES}
    assert lines == {**expected, "total": "unchanged" if whole else "done"}


def test_a_pod_s_last_word_says_that_nothing_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no access to the volume knows the record by this word alone."""
    said = tmp_path / "termination-log"
    said.touch()
    monkeypatch.setattr(outcome, "_TERMINATION_LOG", said)
    step = StepRecord("audit", "audit", "r", 1.0, 2.0, "done", 0, facts={"unchanged": True, "tables": 36})
    outcome.tell_kubelet(step)
    assert json.loads(said.read_text())["facts"] == {"unchanged": True}
