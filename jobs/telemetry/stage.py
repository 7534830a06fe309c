"""Wrap one stage: its span, log, record, and a clean end on SIGTERM."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from types import FrameType
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs.errors import Terminated, ZlvError
from jobs.settings import Settings
from jobs.telemetry.identity import new_run_id, traceparent
from jobs.telemetry.logs import set_up_logs
from jobs.telemetry.records import StepRecord, read_step, step_path, write_record
from jobs.telemetry.traces import close, tracer_provider
from jobs.telemetry.volume_lock import STEPS_LEASE, beating, join, new_lock, release

Attribute = str | int | float | bool

_TERMINATION_LOG = Path("/dev/termination-log")

# OpenTelemetry's conventions for what a part of a stage works on.
_CONVENTIONS: dict[str, dict[str, Attribute]] = {
    "table": {"db.system.name": "duckdb"},
    "statement": {"db.system.name": "duckdb"},
    "dbt node": {"db.system.name": "duckdb"},
}


class Span:
    """One timed part of a stage; attributes are names and counts, never values of the data."""

    def __init__(self, span: trace.Span) -> None:
        self.raw = span

    def set(self, **attributes: Attribute | None) -> None:
        """Add attributes; `rows` becomes `zlv.rows`."""
        for name, value in attributes.items():
            if value is not None:
                self.raw.set_attribute(name if "." in name else f"zlv.{name}", value)

    def fail(self, message: str) -> None:
        """Mark the span as failed, with a sentence that holds no value of the data."""
        self.raw.set_status(Status(StatusCode.ERROR, message))

    @property
    def span_id(self) -> int:
        return self.raw.get_span_context().span_id


class StageRun:
    """What a stage may call while it runs. Spans may be opened from any thread."""

    def __init__(
        self, run_id: str, tracer: trace.Tracer, span: trace.Span, log: logging.Logger, record: StepRecord
    ) -> None:
        self.run_id, self.log, self.record = run_id, log, record
        self._tracer, self._context = tracer, trace.set_span_in_context(span)
        self._lock = threading.Lock()

    @contextmanager
    def span(
        self, name: str, *, kind: str, within: Span | None = None, **attributes: Attribute | None
    ) -> Iterator[Span]:
        """Time one table, object, statement or dbt node below the step.

        Opened inside another span of the same thread it is that one's child. A new thread knows no
        span: there it is the step's child, or that of the span given as `within`.
        """
        with self._tracer.start_as_current_span(
            name, context=self._parent(within), record_exception=False, set_status_on_exception=False
        ) as raw:
            span = Span(raw)
            span.set(**{"kind": kind, **_CONVENTIONS.get(kind, {}), **attributes})
            try:
                yield span
            except BaseException as error:
                span.fail(_sentence(error))
                raise

    def finished_span(
        self,
        name: str,
        *,
        kind: str,
        start: int,
        end: int,
        failed: str | None = None,
        within: Span | None = None,
        **attributes: Attribute | None,
    ) -> None:
        """Record a part that another program timed (nanoseconds since 1970)."""
        raw = self._tracer.start_span(name, context=self._parent(within), start_time=start)
        span = Span(raw)
        span.set(**{"kind": kind, **_CONVENTIONS.get(kind, {}), **attributes})
        if failed:
            span.fail(failed)
        raw.end(end_time=end)

    def _parent(self, within: Span | None) -> otel_context.Context:
        if within is not None:
            return trace.set_span_in_context(within.raw)
        return (
            otel_context.get_current()
            if trace.get_current_span().get_span_context().is_valid
            else self._context
        )

    def count(self, *, rows: int = 0, tests: int = 0) -> None:
        """Add to the step's totals."""
        with self._lock:
            self.record.rows += rows
            self.record.tests += tests

    def note(self, sentence: str) -> None:
        """Keep a sentence for the run's report, and log it."""
        with self._lock:
            self.record.notes.append(sentence)
        self.log.info(sentence)

    def facts(self, **facts: Any) -> None:
        """Keep facts about the step in its record (counts and names, never values of the data)."""
        with self._lock:
            self.record.facts.update(facts)


@contextmanager
def stage(settings: Settings, name: str) -> Iterator[StageRun]:
    """Run the body as one step: span below TRACEPARENT, log, record, SIGTERM as an error.

    With a run id but no TRACEPARENT (an executor that cannot make one) the span goes below the root
    that derives from the run id. With neither, the stage is a run of its own and its span the root.
    """
    run_id = settings.ZLV_RUN_ID or new_run_id(name)
    step = settings.ZLV_STEP or name
    log = set_up_logs(step, run_id)
    parent = _parent_context(settings, run_id)
    provider = tracer_provider(settings, run_id, root=parent is None)
    tracer = provider.get_tracer("zlv")
    earlier = read_step(settings.runs_dir, run_id, step)
    record = StepRecord(
        step=step,
        stage=name,
        run_id=run_id,
        started=time.time(),
        attempt=earlier.attempt + 1 if earlier else 1,
    )
    path = step_path(settings.runs_dir, run_id, step)
    write_record(path, record)
    with _termination() as terminated:
        try:
            with tracer.start_as_current_span(
                name,
                context=parent or otel_context.Context(),
                kind=SpanKind.INTERNAL,
                attributes=step_attributes(record)
                | {
                    "process.pid": os.getpid(),
                    "process.executable.name": "zlv",
                },
                record_exception=False,
                set_status_on_exception=False,
            ) as raw:
                run = StageRun(run_id, tracer, raw, log, record)
                try:
                    with _turn(settings, name, log):
                        yield run
                    record.status, record.exit_code = "done", 0
                except BaseException as error:
                    # DuckDB turns an exception of a signal handler into "Query interrupted".
                    failure = Terminated(_ENDED) if terminated.is_set() else error
                    record.exit_code = exit_code(failure)
                    if record.exit_code == 0:
                        record.status = "done"
                    else:
                        record.status, record.message = "failed", _sentence(failure)
                    if failure is not error:
                        raise failure from None
                    raise
                finally:
                    terminated.set()  # from here on the end is near: SIGTERM does not disturb it
                    set_outcome(raw, record)
        finally:
            record.ended = time.time()
            write_record(path, record)
            _tell_kubelet(record)
            close(provider)


@contextmanager
def _turn(settings: Settings, name: str, log: logging.Logger) -> Iterator[None]:
    """Work only while the step's run holds the volume; without a holder, take it for the run.

    In a pod the run keeps it: later steps need it, and the run's last step or its executor frees it.
    """
    if settings.ZLV_RUN_ID is None:
        yield
        return
    runs_dir, run_id = settings.runs_dir, settings.ZLV_RUN_ID

    def lost(sentence: str) -> None:
        log.error(sentence)
        os.kill(os.getpid(), signal.SIGTERM)

    in_pod = settings.KUBERNETES_SERVICE_HOST is not None
    taken = join(runs_dir, new_lock(run_id, "", "steps" if in_pod else "stage", STEPS_LEASE))
    try:
        with beating(runs_dir, run_id, lost):
            yield
    finally:
        if taken and not in_pod:
            release(runs_dir, run_id)


def _tell_kubelet(record: StepRecord) -> None:
    """Put the record where the pod's status shows it, for who has no access to the volume; 4096 bytes are
    kept."""
    if _TERMINATION_LOG.exists():
        short = replace(record, message=(record.message or "")[:1000] or None, notes=[], facts={})
        with contextlib.suppress(OSError):
            _TERMINATION_LOG.write_text(json.dumps(asdict(short), ensure_ascii=False), encoding="utf-8")


def step_attributes(record: StepRecord) -> dict[str, Attribute]:
    """Name a step's span, in our words and in those of OpenTelemetry's CI/CD conventions."""
    return {
        "zlv.kind": "step",
        "zlv.stage": record.stage,
        "zlv.step": record.step,
        "zlv.attempt": record.attempt,
        "zlv.run.id": record.run_id,
        "cicd.pipeline.run.id": record.run_id,
        "cicd.pipeline.task.name": record.step,
    }


def set_outcome(span: trace.Span, record: StepRecord) -> None:
    """Tell on a step's span how it ended."""
    code = 1 if record.exit_code is None else record.exit_code
    span.set_attributes({"process.exit.code": code, "zlv.rows": record.rows, "zlv.tests": record.tests})
    span.set_attribute("cicd.pipeline.task.run.result", result_name(code))
    if record.status == "failed":
        span.set_attribute("error.type", str(code))
        span.set_status(Status(StatusCode.ERROR, record.message))


def result_name(code: int) -> str:
    """Give the CI/CD conventions' word for an exit code."""
    if code in (130, 143):
        return "cancellation"
    return "success" if code == 0 else "failure"


def exit_code(error: BaseException) -> int:
    """Give the exit code of the contract for an error."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    # ZlvError and click's own exceptions carry theirs.
    return int(getattr(error, "exit_code", 1))


def _sentence(error: BaseException) -> str:
    """Tell an error without the data it may quote: our own sentences whole, of others the kind only."""
    return str(error) if isinstance(error, ZlvError) else type(error).__name__


def _parent_context(settings: Settings, run_id: str) -> otel_context.Context | None:
    given = settings.TRACEPARENT or (traceparent(run_id) if settings.ZLV_RUN_ID else "")
    context = TraceContextTextMapPropagator().extract({"traceparent": given}, context=otel_context.Context())
    return context if trace.get_current_span(context).get_span_context().is_valid else None


_ENDED = "ended by SIGTERM before it was done; the last good file stands, run it again"


@contextmanager
def _termination() -> Iterator[threading.Event]:
    """Raise Terminated on the first SIGTERM; later ones do not disturb the clean end."""
    seen = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def terminate(number: int, frame: FrameType | None) -> None:
        if not seen.is_set():
            seen.set()
            raise Terminated(_ENDED)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGTERM, before)
