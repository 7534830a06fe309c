"""Import OpenTelemetry's SDK, which reads OTEL_* while it is imported and fails on what it does not take."""

from __future__ import annotations

from jobs.settings import hidden

try:
    import opentelemetry.sdk.trace
except ValueError:
    with hidden("OTEL_"):
        import opentelemetry.sdk.trace  # noqa: F401 (imported for the names below)

from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

__all__ = [
    "BatchSpanProcessor",
    "OTELResourceDetector",
    "RandomIdGenerator",
    "ReadableSpan",
    "Resource",
    "SpanExportResult",
    "SpanExporter",
    "SpanProcessor",
    "TracerProvider",
]
