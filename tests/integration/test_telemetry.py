"""Telemetry of a stage, as a process of its own: collector, files, records, signals."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chain import base_environment
from collector import Collector, collector

from jobs.telemetry.identity import root_span_id, trace_id, traceparent


@pytest.fixture
def received() -> Iterator[Collector]:
    with collector() as listening:
        yield listening


def start(folder: Path, body: str, **environment: str) -> subprocess.Popen[str]:
    """Start a stage named `probe` whose body is given."""
    script = "from jobs.settings import read_settings\nfrom jobs.telemetry import stage\n"
    script += (
        f"with stage(read_settings(), 'probe') as run:\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={**base_environment(folder), "ZLV_RUN_ID": "r1", **environment},
        cwd=Path(__file__).resolve().parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, body: str, code: int = 0, **environment: str) -> str:
    """Run a stage to its end; give what it wrote to standard error."""
    process = start(folder, body, **environment)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    return errors


def spans(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "runs" / "r1" / "spans.jsonl"
    return (
        {span["name"]: span for span in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
        if path.exists()
        else {}
    )


def record(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "runs" / "r1" / "steps" / "probe.json").read_text(encoding="utf-8")))


WORK = """
with run.span("owners", kind="table", rows=3) as span:
    run.log.info("copied", extra={"rows": 3})
    with run.span("index", kind="statement"):
        pass
run.count(rows=3, tests=2)
"""


def test_a_collector_gets_every_span_with_its_parent_and_the_conventions(
    tmp_path: Path, received: Collector
) -> None:
    run(
        tmp_path,
        WORK,
        OTEL_EXPORTER_OTLP_ENDPOINT=received.endpoint,
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20abc",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test",
        OTEL_SERVICE_NAME="warehouse-of-tests",
    )
    assert set(received.paths) == {"/v1/traces"}
    assert received.headers[0]["authorization"] == "Bearer abc"
    step, table, statement = (received.named(name) for name in ("probe", "owners", "index"))
    assert {span.trace_id for span in received.spans} == {f"{trace_id('r1'):032x}"}
    assert (step.parent_id, table.parent_id, statement.parent_id) == (
        f"{root_span_id('r1'):016x}",
        step.span_id,
        table.span_id,
    )
    assert (
        step.attributes
        | {
            "zlv.kind": "step",
            "zlv.rows": 3,
            "zlv.tests": 2,
            "process.exit.code": 0,
            "process.executable.name": "zlv",
            "cicd.pipeline.run.id": "r1",
            "cicd.pipeline.task.name": "probe",
            "cicd.pipeline.task.run.result": "success",
        }
        == step.attributes
    )
    assert table.attributes == {"zlv.kind": "table", "db.system.name": "duckdb", "zlv.rows": 3}
    assert step.resource["service.name"] == "warehouse-of-tests"
    assert step.resource["deployment.environment.name"] == "test"
    assert spans(tmp_path) == {}, "with a collector, nothing is written beside it"


def test_the_endpoint_for_traces_is_taken_as_it_stands(tmp_path: Path, received: Collector) -> None:
    run(
        tmp_path,
        WORK,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{received.endpoint}/here",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
    )
    assert set(received.paths) == {"/here"}
    assert len(received.spans) == 3


@pytest.mark.parametrize("switch", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}])
def test_switched_off_nothing_is_sent_and_nothing_written(
    tmp_path: Path, received: Collector, switch: dict[str, str]
) -> None:
    run(tmp_path, WORK, OTEL_EXPORTER_OTLP_ENDPOINT=received.endpoint, **switch)
    assert (received.paths, spans(tmp_path)) == ([], {})
    assert record(tmp_path)["rows"] == 3, "the record is kept all the same"


@pytest.mark.parametrize("fault", ["refuses", "hangs", "answers 500"])
def test_a_collector_that_fails_costs_one_warning_little_time_and_no_span(
    tmp_path: Path, received: Collector, fault: str
) -> None:
    received.answer = 500
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if fault == "hangs":
            silent.listen()
        endpoint = (
            received.endpoint
            if fault == "answers 500"
            else f"http://name:pass@127.0.0.1:{silent.getsockname()[1]}"
        )
        began = time.monotonic()
        # Many batches: only the first one may wait.
        errors = run(
            tmp_path,
            "for n in range(2000):\n    with run.span(f's{n}', kind='table'): pass",
            OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        )
    assert time.monotonic() - began < 12
    (warning,) = [json.loads(line) for line in errors.splitlines()]
    assert warning["level"] == "warning"
    assert "does not take spans; they are kept in the run's folder" in warning["message"]
    assert "pass" not in errors
    assert len(spans(tmp_path)) == 2001


@pytest.mark.parametrize("timeout", ["", "10000", "1"], ids=["no timeout", "10 s", "1 ms"])
def test_a_collector_that_hangs_delays_the_end_by_two_seconds_at_most(tmp_path: Path, timeout: str) -> None:
    """D5: OpenTelemetry's timeouts are milliseconds, and a stage's end is bounded by ours"""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process = start(
            tmp_path,
            "for n in range(600):\n    with run.span(f's{n}', kind='table'): pass\nprint('over', flush=True)",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{silent.getsockname()[1]}",
            OTEL_EXPORTER_OTLP_TIMEOUT=timeout,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "over\n"
        over = time.monotonic()
        process.communicate(timeout=60)
        assert time.monotonic() - over < 3, "two seconds, and what Python's own end takes"
    assert process.returncode == 0
    assert len(spans(tmp_path)) == 601, "none is lost"


@pytest.mark.parametrize(
    "wrong",
    [
        {"OTEL_EXPORTER_OTLP_TIMEOUT": "soon"},
        {"OTEL_EXPORTER_OTLP_TIMEOUT": "nan"},
        {"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "-5"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "no address"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://[::1"},
        {"OTEL_EXPORTER_OTLP_COMPRESSION": "zip"},
        {"OTEL_EXPORTER_OTLP_HEADERS": "\u20ac=,=="},
        {"OTEL_EXPORTER_OTLP_CERTIFICATE": "/nowhere"},
        {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "many"},
        {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "-1"},
        {"OTEL_BSP_MAX_QUEUE_SIZE": "-1"},
        {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "99999999"},
        {"OTEL_BSP_SCHEDULE_DELAY": "x"},
        {"OTEL_TRACES_SAMPLER": "sometimes"},
        {"OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"},
        {"OTEL_RESOURCE_ATTRIBUTES": "a,b==,%"},
        {"OTEL_PROPAGATORS": "pigeon"},
        {"TRACEPARENT": "garbage"},
    ],
    ids=str,
)
def test_wrong_values_of_opentelemetry_stop_no_stage(tmp_path: Path, wrong: dict[str, str]) -> None:
    """D5"""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        given = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{nobody.getsockname()[1]}", **wrong}
        errors = run(tmp_path, WORK, **given)
    assert "Traceback" not in errors
    assert record(tmp_path)["rows"] == 3
    assert set(spans(tmp_path)) == {"probe", "owners", "index"}


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
