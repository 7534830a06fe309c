"""Set up OpenTelemetry once per process: OTLP when an endpoint is set, else JSON lines under runs/."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from jobs import __version__
from jobs.settings import Settings
from jobs.telemetry.identity import root_span_id, trace_id

FLUSH_MILLISECONDS = 10_000


class RunIds(RandomIdGenerator):
    """Give the first span of a run the ids that derive from the run id; children get random ones."""

    def __init__(self, run_id: str, *, root: bool) -> None:
        self._run_id, self._root = run_id, root

    def generate_trace_id(self) -> int:
        return trace_id(self._run_id)

    def generate_span_id(self) -> int:
        if self._root:
            self._root = False
            return root_span_id(self._run_id)
        return super().generate_span_id()


class JsonLinesExporter(SpanExporter):
    """Append each span as one JSON line; several processes may write the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(json.dumps(span_record(span), ensure_ascii=False) + "\n" for span in spans)
        # One write of whole lines on an O_APPEND descriptor: lines of other processes stay whole.
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        try:
            os.write(descriptor, text.encode())
        except OSError:
            return SpanExportResult.FAILURE
        finally:
            os.close(descriptor)
        return SpanExportResult.SUCCESS


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


def tracer_provider(settings: Settings, run_id: str, *, root: bool) -> TracerProvider:
    """Make the process's tracer provider; the caller shuts it down."""
    resource = Resource.create({"service.name": "zlv-warehouse", "service.version": __version__, "zlv.run.id": run_id})
    provider = TracerProvider(resource=resource, id_generator=RunIds(run_id, root=root))
    provider.add_span_processor(BatchSpanProcessor(_exporter(settings, run_id), schedule_delay_millis=1000))
    return provider


def _exporter(settings: Settings, run_id: str) -> SpanExporter:
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return OTLPSpanExporter()
    return JsonLinesExporter(settings.runs_dir / run_id / "spans.jsonl")
