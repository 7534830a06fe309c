"""Spans reach a collector as the conventions say, or a fault of it costs little and stops no stage."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from collector import Collector, collector
from probes import WORK, record, run, spans, start

from jobs.telemetry.identity import root_span_id, trace_id


@pytest.fixture
def received() -> Iterator[Collector]:
    with collector() as listening:
        yield listening


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
