"""Time what a stage works on: spans below its step, counts, notes and facts for its record."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from jobs.telemetry.outcome import Attribute, sentence
from jobs.telemetry.records import StepRecord

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
            begun = time.monotonic()
            try:
                yield span
            except BaseException as error:
                span.fail(sentence(error))
                raise
            finally:
                self._told(kind, name, time.monotonic() - begun)

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
        self._told(kind, name, (end - start) / 1e9)

    def _told(self, kind: str, name: str, seconds: float) -> None:
        self.log.debug("%s %s", kind, name, extra={"seconds": round(seconds, 2)})

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
