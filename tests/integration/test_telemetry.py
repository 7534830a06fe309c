"""Telemetry of a stage, as a process of its own: files, records, logs, signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from probes import WORK, record, run, spans, start

from jobs.telemetry.identity import root_span_id, trace_id, traceparent


def test_without_a_collector_spans_are_lines_that_several_processes_may_write(tmp_path: Path) -> None:
    body = "for n in range(300):\n    with run.span('x' * 200, kind='table'): pass"
    together = [start(tmp_path, body, ZLV_STEP=f"probe-{n}") for n in range(3)]
    for process in together:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    lines = (tmp_path / "runs" / "r1" / "spans.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([json.loads(line) for line in lines]) == 903


def test_a_stage_alone_is_the_root_and_a_step_is_not(tmp_path: Path) -> None:
    run(tmp_path, "pass", ZLV_RUN_ID="")
    (alone,) = [path for path in (tmp_path / "runs").iterdir() if path.name != "r1"]
    span = json.loads((alone / "spans.jsonl").read_text(encoding="utf-8"))
    assert (span["parent_id"], span["span_id"]) == (None, f"{root_span_id(alone.name):016x}")
    run(tmp_path, "pass", TRACEPARENT=traceparent("another", 7))
    assert (spans(tmp_path)["probe"]["parent_id"], spans(tmp_path)["probe"]["trace_id"]) == (
        f"{7:016x}",
        f"{trace_id('another'):032x}",
    )
    run(tmp_path, "pass", TRACEPARENT="nonsense", ZLV_RUN_ID="r2")
    assert (tmp_path / "runs" / "r2" / "spans.jsonl").exists(), "a broken parent does not break the stage"


def test_spans_of_threads_belong_to_the_step_or_to_the_span_they_are_given(tmp_path: Path) -> None:
    run(
        tmp_path,
        """
        from concurrent.futures import ThreadPoolExecutor
        def load(name, within=None):
            with run.span(name, kind="object", within=within):
                with run.span(name + " inner", kind="statement"):
                    run.count(rows=1)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(load, [f"o{n}" for n in range(20)]))
            with run.span("group", kind="group") as group:
                pool.submit(load, "grouped", group).result()
                run.finished_span("told", kind="dbt node", start=1, end=2, within=group, rows=4)
        """,
    )
    found = spans(tmp_path)
    step = found["probe"]["span_id"]
    assert {found[f"o{n}"]["parent_id"] for n in range(20)} == {step}
    assert all(found[f"o{n} inner"]["parent_id"] == found[f"o{n}"]["span_id"] for n in range(20))
    assert {found[name]["parent_id"] for name in ("grouped", "told")} == {found["group"]["span_id"]}
    assert found["told"]["attributes"]["db.system.name"] == "duckdb"
    assert record(tmp_path)["rows"] == 21


def test_logs_are_json_lines_that_name_the_span(tmp_path: Path) -> None:
    (line,) = run(tmp_path, WORK).splitlines()
    log = json.loads(line)
    assert log | {"stage": "probe", "run": "r1", "message": "copied", "rows": 3, "level": "info"} == log
    assert (log["trace_id"], log["span_id"]) == (
        f"{trace_id('r1'):032x}",
        spans(tmp_path)["owners"]["span_id"],
    )


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            "from jobs.errors import DataRefused; raise DataRefused('3 rows are broken')",
            65,
            "3 rows are broken",
        ),
        ("raise ValueError('jeanne.dupont@example.org')", 1, "ValueError"),
        ("raise SystemExit(3)", 3, "SystemExit"),
        ("import click; raise click.UsageError('no such table')", 2, "UsageError"),
    ],
)
def test_a_failed_stage_tells_our_sentences_and_nothing_of_the_data(
    tmp_path: Path, error: str, code: int, message: str
) -> None:
    process = start(tmp_path, f"with run.span('part', kind='table'):\n    {error}")
    process.communicate(timeout=60)
    step, part = spans(tmp_path)["probe"], spans(tmp_path)["part"]
    assert {step["status"], part["status"]} == {"ERROR"}
    assert (step["message"], part["message"]) == (message, message)
    assert step["attributes"]["process.exit.code"] == code
    assert step["attributes"]["error.type"] == str(code)
    assert record(tmp_path) | {"status": "failed", "exit_code": code, "message": message} == record(tmp_path)
    assert "jeanne" not in (tmp_path / "runs" / "r1" / "spans.jsonl").read_text(encoding="utf-8")


BUSY = {
    "python": "import time\n    while True: time.sleep(0.05)",
    "duckdb": (
        "import duckdb\n    duckdb.sql('SELECT sum(sqrt(a.range * b.range)) FROM range(1000000) a,"
        " range(1000000) b').fetchall()"
    ),
}


@pytest.mark.parametrize("busy", BUSY)
def test_sigterm_ends_the_spans_writes_the_record_and_exits_143(tmp_path: Path, busy: str) -> None:
    body = f"with run.span('part', kind='table'):\n    print('ready', flush=True)\n    {BUSY[busy]}"
    process = start(tmp_path, body)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert record(tmp_path)["exit_code"] == 143
    assert "SIGTERM" in record(tmp_path)["message"]
    assert {span["status"] for span in spans(tmp_path).values()} == {"ERROR"}
    assert set(spans(tmp_path)) == {"probe", "part"}
    assert spans(tmp_path)["probe"]["attributes"]["cicd.pipeline.task.run.result"] == "cancellation"


def test_help_and_the_lists_of_runs_do_not_import_opentelemetry() -> None:
    script = (
        "import sys; import jobs.cli, jobs.telemetry.records, jobs.pipelines.manifest.manifest; print([m for"
        " m in sys.modules if m in %r])"
    )
    heavy = ("opentelemetry", "duckdb", "dbt", "boto3", "pydantic", "rich")
    root = Path(__file__).resolve().parents[2]
    light = (
        "import sys; sys.argv = ['zlv', '--help']\ntry:\n    from jobs.cli import main; main()\nexcept"
        " SystemExit: pass\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", light + f"print([m for m in {heavy} if m in sys.modules])"],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert shown.stdout.splitlines()[-1] == "[]", shown
    listed = subprocess.run(
        [sys.executable, "-c", script % (("opentelemetry", "duckdb"),)],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert listed.stdout == "[]\n", listed
