"""`zlv status` says of each file what it holds, how old that is, and what is late."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from bases import base, publish, write_warehouse, zlv

from jobs.catalog import load_catalog
from jobs.inspection.freshness import FileState, file_states
from jobs.settings import Settings, project_dir
from jobs.storage.files import write_certificate
from jobs.telemetry.records import RunRecord, StepRecord, run_path, step_path, write_record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CATALOG = load_catalog([project_dir("catalog")])


def raw_file(path: Path, **facts: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        write_certificate(connection, path.stem, facts)


def looked_at(settings: Settings) -> dict[str, FileState]:
    return {state.source: state for state in file_states(settings, CATALOG, NOW)}


def test_a_snapshot_of_last_week_is_late_and_one_of_last_night_is_not(tmp_path: Path) -> None:
    settings = base(tmp_path)
    tables = {"owners": {"rows": 2}, "housing": {"rows": 3}}
    for days, state in ((0.4, "fresh"), (7, "late")):
        settings.production_file.unlink(missing_ok=True)
        raw_file(
            settings.production_file, snapshot_at=(NOW - timedelta(days=days)).isoformat(), tables=tables
        )
        found = looked_at(settings)["all tables"]
        assert (found.state, found.rows, found.due, found.is_late) == (state, 5, "daily", state == "late")


def test_an_old_millesime_is_superseded_and_only_the_newest_can_be_late(tmp_path: Path) -> None:
    settings = base(tmp_path)
    for year in (2019, 2024):
        raw_file(
            settings.raw_file("lovac", f"lovac_{year}"), rows=7, written_at=f"{year}-06-01T00:00:00+00:00"
        )
    found = looked_at(settings)
    # Nobody delivers 2019 again; 2025 should have come long ago.
    assert (found["lovac_2019"].due, found["lovac_2019"].is_late) == ("never", False)
    assert (found["lovac_2024"].state, found["lovac_2024"].rows) == ("late", 7)
    assert found["ff_2024"].state == "absent" and not found["ff_2024"].is_late


def test_a_file_that_cannot_be_read_and_one_of_another_key_are_told(tmp_path: Path) -> None:
    settings = base(tmp_path, ZLV_PSEUDONYM_KEY="k" * 32)
    settings.production_file.parent.mkdir(parents=True)
    settings.production_file.write_bytes(b"no database")
    raw_file(settings.raw_file("ff", "ff_2024"), rows=1, key="of-another-key", written_at=NOW.isoformat())
    found = looked_at(settings)
    assert found["all tables"].state == "damaged" and found["ff_2024"].state == "other key"


def test_status_prints_files_release_and_the_last_run_of_each_pipeline(tmp_path: Path) -> None:
    settings = base(tmp_path)
    for mark in (1, 2):
        write_warehouse(settings, mark, rows=10)
        publish(settings, f"run-{mark}")
    for number, (run_id, status) in enumerate((("daily-1", "done"), ("daily-2", "failed"))):
        write_record(
            run_path(settings.runs_dir, run_id),
            RunRecord(run_id, "daily", 1000.0 * number, 1000.0 * number + 60, status),
        )
        step = StepRecord("build", "build", run_id, 1.0, 2.0, status, message="3 dbt test(s) failed")
        write_record(step_path(settings.runs_dir, run_id, "build"), step)
        os.utime(settings.runs_dir / run_id, (2e9 + number, 2e9 + number))
    environ = {"ZLV_CATALOG_DIR": str(project_dir("catalog"))}
    told = zlv(settings.model_copy(update=environ), "status")
    assert told.returncode == 0, told.stderr
    assert "clean file: run-2 · a rollback shows run-1" in told.stdout
    assert "daily: failed in 60.0 s, daily-2" in told.stdout and "build: 3 dbt test(s) failed" in told.stdout
    assert "late or to mend: production.all tables" in told.stdout
    checked = zlv(settings.model_copy(update=environ), "status", "--check")
    assert checked.returncode == 1 and "late: production.all tables" in checked.stderr  # N28
    log = settings.runs_dir / "daily-2" / "logs" / "build.log"
    log.parent.mkdir()
    log.write_text("what build wrote\n")
    # N15: the failed step is the one that is asked about; a run in which none failed says so.
    assert zlv(settings, "logs", "daily-2").stdout == "what build wrote\n"
    assert zlv(settings, "logs", "daily-1").returncode == 64
    found = json.loads(zlv(settings.model_copy(update=environ), "status", "--json").stdout)
    assert found["releases"] == {"current": "run-2", "rollback": "run-1", "kept": ["run-2", "run-1"]}
    assert [run["run_id"] for run in found["runs"]] == ["daily-2"]
    clean = next(entry for entry in found["files"] if entry["domain"] == "clean")
    assert (clean["state"], clean["rows"], clean["run_id"]) == ("fresh", 20, "run-2")


def test_every_source_has_a_freshness_rule_and_status_shows_it(tmp_path: Path) -> None:
    for source in CATALOG.sources:
        assert source.days_until_late is not None or source.due == "never", f"{source.name} can never be late"
    shown = {state.source: state.late_after_days for state in file_states(base(tmp_path), CATALOG, NOW)}
    assert shown["all tables"] == 1.5 and shown["ort"] == 396 and shown["warehouse"] == 1.5


def test_a_source_s_own_delay_goes_before_that_of_its_rhythm(tmp_path: Path) -> None:
    settings = base(tmp_path)
    raw_file(settings.raw_file("external", "ort"), rows=1, written_at=(NOW - timedelta(days=30)).isoformat())
    assert looked_at(settings)["ort"].state == "fresh"
    stricter = [
        s.model_copy(update={"late_after_days": 20}) if s.name == "ort" else s for s in CATALOG.sources
    ]
    states = file_states(settings, CATALOG.model_copy(update={"sources": tuple(stricter)}), NOW)
    assert [state.is_late for state in states if state.source == "ort"] == [True]


def test_what_the_sources_held_is_shown_with_the_count_of_the_build_before(tmp_path: Path) -> None:
    """One odd row: it stops nothing, and is not lost from sight."""
    settings = base(tmp_path)
    settings.production_file.unlink(missing_ok=True)
    raw_file(settings.production_file, tables={"campaigns": {"rows": 2, "unreal": {"sent_at": 1}}})
    settings.warehouse_file.unlink(missing_ok=True)
    raw_file(
        settings.warehouse_file, warnings={"production_users_role_is_documented": {"rows": 3, "before": 2}}
    )
    told = json.loads(zlv(settings, "status", "--json").stdout)
    assert told["warnings"] == [
        {"what": "production.campaigns.sent_at holds no day or number", "rows": 1, "before": None},
        {"what": "production_users_role_is_documented", "rows": 3, "before": 2},
    ]
    lines = [line.split() for line in zlv(settings, "status").stdout.splitlines()]
    assert ["production_users_role_is_documented", "3", "2"] in lines
