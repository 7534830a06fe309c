"""Set up OpenTelemetry once per process: OTLP when an endpoint is set, else JSON lines under runs/.

The standard OTEL_* variables are read by the SDK itself; the settings only tell which exporter is meant.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from jobs import __version__
from jobs.settings import Settings, trusted_certificates
from jobs.telemetry.identity import root_span_id, trace_id

FLUSH_MILLISECONDS = 10_000
# A stage never waits longer than this for a collector, once.
COLLECTOR_SECONDS = 4.0
COLLECTOR_PAUSE_SECONDS = 60.0


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


class CollectorExporter(SpanExporter):
    """Send spans to the collector; while it does not answer, keep them beside the run's records.

    One warning, one bounded wait: after a failure the collector is left alone for a minute.
    """

    def __init__(self, collector: SpanExporter, kept: JsonLinesExporter, endpoint: str) -> None:
        self._collector, self._kept, self._endpoint = collector, kept, endpoint
        self._closed_until = 0.0
        self._warned = False
        # The exporter tells each retry in several lines; one sentence of ours is enough.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if time.monotonic() >= self._closed_until:
            if self._collector.export(spans) is SpanExportResult.SUCCESS:
                return SpanExportResult.SUCCESS
            self._closed_until = time.monotonic() + COLLECTOR_PAUSE_SECONDS
            if not self._warned:
                self._warned = True
                logging.getLogger("zlv").warning(
                    "the trace collector at %s does not take spans; they are kept in the run's folder",
                    self._endpoint,
                )
        return self._kept.export(spans)

    def shutdown(self) -> None:
        self._collector.shutdown()


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


def spans_path(runs_dir: Path, run_id: str) -> Path:
    """Give the place of a run's spans where no collector takes them."""
    return runs_dir / run_id / "spans.jsonl"


def tracer_provider(settings: Settings, run_id: str, *, root: bool) -> TracerProvider:
    """Make the process's tracer provider; the caller shuts it down."""
    ours = Resource.create(
        {"service.name": "zlv-warehouse", "service.version": __version__, "zlv.run.id": run_id}
    )
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are the deployment's word and win.
    resource = ours.merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, id_generator=RunIds(run_id, root=root))
    exporter = _exporter(settings, run_id)
    if exporter is not None:
        provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=16_384, schedule_delay_millis=1000)
        )
    return provider


def close(provider: TracerProvider) -> None:
    """Send what is left and stop; bounded by the exporter's own timeout."""
    provider.force_flush(FLUSH_MILLISECONDS)
    provider.shutdown()


def _exporter(settings: Settings, run_id: str) -> SpanExporter | None:
    if (
        settings.OTEL_SDK_DISABLED or ""
    ).strip().lower() == "true" or settings.OTEL_TRACES_EXPORTER == "none":
        return None
    kept = JsonLinesExporter(spans_path(settings.runs_dir, run_id))
    endpoint = settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or settings.OTEL_EXPORTER_OTLP_ENDPOINT
    if endpoint is None:
        return kept
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    asked = settings.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT or settings.OTEL_EXPORTER_OTLP_TIMEOUT
    trusted = str(trusted_certificates(settings)) if settings.ZLV_CA_FILE is not None else None
    collector = OTLPSpanExporter(timeout=None if asked else COLLECTOR_SECONDS, certificate_file=trusted)
    return CollectorExporter(collector, kept, without_credentials(endpoint))


def without_credentials(endpoint: str) -> str:
    """Name a collector without the user, password and query of its address."""
    scheme, separator, rest = endpoint.rpartition("://")
    return scheme + separator + rest.rpartition("@")[2].partition("?")[0]
