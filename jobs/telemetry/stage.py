"""Wrap one stage: its span, log, record, and a clean end on SIGTERM."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs.errors import Terminated, ZlvError
from jobs.settings import Settings
from jobs.telemetry.identity import new_run_id
from jobs.telemetry.logs import set_up_logs
from jobs.telemetry.records import StepRecord, read_step, step_path, write_record
from jobs.telemetry.traces import FLUSH_MILLISECONDS, tracer_provider

Attribute = str | int | float | bool


class Span:
    """One timed part of a stage; attributes are names and counts, never values of the data."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def set(self, **attributes: Attribute | None) -> None:
        """Add attributes; `rows` becomes `zlv.rows`."""
        for name, value in attributes.items():
            if value is not None:
                self._span.set_attribute(name if "." in name else f"zlv.{name}", value)

    def fail(self, message: str) -> None:
        """Mark the span as failed, with a sentence that holds no value of the data."""
        self._span.set_status(Status(StatusCode.ERROR, message))

    @property
    def span_id(self) -> int:
        return self._span.get_span_context().span_id


class StageRun:
    """What a stage may call while it runs. Spans may be opened from any thread."""

    def __init__(self, run_id: str, tracer: trace.Tracer, span: trace.Span, log: logging.Logger, record: StepRecord) -> None:
        self.run_id, self.log, self.record = run_id, log, record
        self._tracer, self._context = tracer, trace.set_span_in_context(span)
        self._lock = threading.Lock()

    @contextmanager
    def span(self, name: str, *, kind: str, **attributes: Attribute | None) -> Iterator[Span]:
        """Time one table, object, statement or dbt node below the step.

        Opened inside another span of the same thread it is that one's child.
        """
        current = trace.get_current_span()
        parent = otel_context.get_current() if current.get_span_context().is_valid else self._context
        with self._tracer.start_as_current_span(name, context=parent, record_exception=False, set_status_on_exception=False) as raw:
            span = Span(raw)
            span.set(kind=kind, **attributes)
            try:
                yield span
            except BaseException as error:
                span.fail(_sentence(error))
                raise

    def finished_span(self, name: str, *, kind: str, start: int, end: int, failed: str | None = None, **attributes: Attribute | None) -> None:
        """Record a part that another program timed (nanoseconds since 1970)."""
        raw = self._tracer.start_span(name, context=self._context, start_time=start)
        span = Span(raw)
        span.set(kind=kind, **attributes)
        if failed:
            span.fail(failed)
        raw.end(end_time=end)

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

    Alone, without TRACEPARENT, the stage is a run of its own and its span the root.
    """
    run_id = settings.ZLV_RUN_ID or new_run_id(name)
    step = settings.ZLV_STEP or name
    log = set_up_logs(step, run_id)
    provider = tracer_provider(settings, run_id, root=settings.TRACEPARENT is None)
    tracer = provider.get_tracer("zlv")
    parent = TraceContextTextMapPropagator().extract({"traceparent": settings.TRACEPARENT or ""})
    earlier = read_step(settings.runs_dir, run_id, step)
    record = StepRecord(step=step, stage=name, run_id=run_id, started=time.time(), attempt=earlier.attempt + 1 if earlier else 1)
    path = step_path(settings.runs_dir, run_id, step)
    write_record(path, record)
    restore = _raise_on_sigterm()
    try:
        attributes = {"zlv.kind": "step", "zlv.stage": name, "zlv.step": step, "zlv.run.id": run_id, "process.pid": os.getpid()}
        with tracer.start_as_current_span(
            name, context=parent, kind=SpanKind.INTERNAL, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as raw:
            run = StageRun(run_id, tracer, raw, log, record)
            try:
                yield run
                record.status, record.exit_code = "done", 0
                raw.set_attribute("process.exit.code", 0)
            except BaseException as error:
                record.status, record.exit_code, record.message = "failed", exit_code(error), _sentence(error)
                raw.set_attribute("process.exit.code", record.exit_code)
                raw.set_status(Status(StatusCode.ERROR, record.message))
                raise
            finally:
                raw.set_attribute("zlv.rows", record.rows)
    finally:
        record.ended = time.time()
        write_record(path, record)
        provider.force_flush(FLUSH_MILLISECONDS)
        provider.shutdown()
        restore()


def exit_code(error: BaseException) -> int:
    """Give the exit code of the contract for an error."""
    if isinstance(error, ZlvError):
        return error.exit_code
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _sentence(error: BaseException) -> str:
    """Tell an error without the data it may quote: our own sentences whole, of others the kind only."""
    return str(error) if isinstance(error, ZlvError) else type(error).__name__


def _raise_on_sigterm() -> Any:
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def terminate(number: int, frame: FrameType | None) -> None:
        raise Terminated("ended by SIGTERM before it was done; the last good file stands, run it again")

    before = signal.signal(signal.SIGTERM, terminate)
    return lambda: signal.signal(signal.SIGTERM, before)
