"""Export spans: to lines of JSON beside the run's records, or to a collector that may fail, stall or lie."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.telemetry.sdk import ReadableSpan, SpanExporter, SpanExportResult, SpanProcessor

COLLECTOR_PAUSE_SECONDS = 60.0


class JsonLinesExporter(SpanExporter):
    """Append each span as one JSON line; several processes may write the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        text = "".join(json.dumps(span_record(span), ensure_ascii=False) + "\n" for span in spans)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # One write of whole lines on an O_APPEND descriptor: lines of other processes stay whole.
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
            try:
                os.write(descriptor, text.encode())
            finally:
                os.close(descriptor)
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


class CollectorExporter(SpanExporter, SpanProcessor):
    """Send spans to the collector; while it does not take them, keep them beside the run's records.

    One warning, one bounded wait: after a failure the collector is left alone for a minute. It hears of each
    span when that ends, so that at the stage's own end what is still under way can be kept in time.
    """

    def __init__(self, collector: SpanExporter, kept: JsonLinesExporter, endpoint: str) -> None:
        self._collector, self._kept, self._endpoint = collector, kept, endpoint
        self._closed_until = 0.0
        self._warned = self._given_up = False
        self._lock = threading.Lock()
        self._unsent: dict[int, ReadableSpan] = {}

    def on_end(self, span: ReadableSpan) -> None:
        """Know of a span until it is sent or kept."""
        with self._lock:
            self._unsent[id(span)] = span

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans, or keep them."""
        sent = time.monotonic() >= self._closed_until and self._send(spans)
        with self._lock:
            if self._given_up:
                return SpanExportResult.SUCCESS
            for span in spans:
                self._unsent.pop(id(span), None)
        return SpanExportResult.SUCCESS if sent else self._kept.export(spans)

    def give_up(self) -> None:
        """Keep all that was not sent yet; nobody waits for the collector any longer."""
        with self._lock:
            self._given_up = True
            left = list(self._unsent.values())
        if left:
            self._warn()
            self._kept.export(left)

    def shutdown(self) -> None:
        """Close the connection to the collector."""
        self._collector.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: whoever batches the spans flushes them."""
        return True

    def _send(self, spans: Sequence[ReadableSpan]) -> bool:
        try:
            if self._collector.export(spans) is SpanExportResult.SUCCESS:
                return True
        except Exception:  # noqa: S110 -- whatever a collector's answer breaks, the stage goes on
            pass
        self._closed_until = time.monotonic() + COLLECTOR_PAUSE_SECONDS
        self._warn()
        return False

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            logging.getLogger("zlv").warning(
                "the trace collector at %s does not take spans; they are kept in the run's folder",
                self._endpoint,
            )


def span_record(span: ReadableSpan) -> dict[str, Any]:
    """Describe a finished span as plain data: ids in hex, times in nanoseconds since 1970."""
    context = span.get_span_context()
    return {
        "name": span.name,
        "trace_id": f"{context.trace_id:032x}" if context else "",
        "span_id": f"{context.span_id:016x}" if context else "",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "start": span.start_time,
        "end": span.end_time,
        "status": span.status.status_code.name,
        "message": span.status.description,
        "attributes": dict(span.attributes or {}),
    }
