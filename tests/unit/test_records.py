"""Records of runs: whole files, read back, newest first, and a later version's fields do no harm."""

from __future__ import annotations

import json
from pathlib import Path

from jobs.inspection.trace_tree import spans_of_records, trees
from jobs.telemetry.records import (
    RunRecord,
    StepRecord,
    read_run,
    read_steps,
    run_ids,
    run_path,
    step_path,
    write_record,
)


def test_records_are_read_as_they_were_written(tmp_path: Path) -> None:
    run = RunRecord(
        "r1", "daily", 10.0, 14.5, "failed", 65, "build: 1 dbt test failed", parameters={"upload": "false"}
    )
    steps = [
        StepRecord("build", "build", "r1", 12.0, 14.0, "failed", 65, rows=3, notes=["a"], facts={"b": 1}),
        StepRecord("prepare", "prepare", "r1", 11.0),
    ]
    write_record(run_path(tmp_path, "r1"), run)
    for step in steps:
        write_record(step_path(tmp_path, "r1", step.step), step)
    assert read_run(tmp_path, "r1") == run
    assert read_steps(tmp_path, "r1") == steps[::-1], "in the order in which they started"
    assert (run.seconds, steps[0].seconds, steps[1].seconds) == (4.5, 2.0, None)
    assert {path.name for path in (tmp_path / "r1" / "steps").iterdir()} == {"build.json", "prepare.json"}, (
        "nothing half-written is left"
    )


def test_fields_of_a_later_version_are_left_aside(tmp_path: Path) -> None:
    path = run_path(tmp_path, "r1")
    path.parent.mkdir()
    path.write_text(
        json.dumps({"run_id": "r1", "pipeline": "daily", "started": 1.0, "colour": "blue"}), encoding="utf-8"
    )
    assert read_run(tmp_path, "r1") == RunRecord("r1", "daily", 1.0)


def test_runs_are_listed_by_when_they_began_stages_alone_included(tmp_path: Path) -> None:
    for run_id, started in (("zeta", 1.0), ("alpha", 3.0)):
        write_record(run_path(tmp_path, run_id), RunRecord(run_id, "daily", started))
    write_record(step_path(tmp_path, "build-1", "build"), StepRecord("build", "build", "build-1", 2.0))
    (tmp_path / "empty").mkdir()
    assert list(run_ids(tmp_path)) == ["alpha", "build-1", "zeta"]


def test_a_run_whose_spans_are_at_the_collector_is_drawn_from_its_records(tmp_path: Path) -> None:
    write_record(run_path(tmp_path, "r1"), RunRecord("r1", "daily", 10.0, 15.0, "done", 0))
    write_record(
        step_path(tmp_path, "r1", "build"), StepRecord("build", "build", "r1", 11.0, 14.0, "done", 0, rows=7)
    )
    (root,) = trees(spans_of_records(tmp_path, "r1"))
    assert [(depth, node.name, node.seconds, node.rows) for depth, node in root.walk()] == [
        (0, "run daily", 5.0, None),
        (1, "build", 3.0, 7),
    ]
