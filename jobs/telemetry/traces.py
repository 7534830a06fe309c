"""Set up OpenTelemetry once per process: OTLP when an endpoint is set, else JSON lines under runs/.

The standard OTEL_* variables are read by the SDK itself; the settings only tell which exporter is meant.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from jobs import __version__
from jobs.settings import Settings, hidden, trusted_certificates
from jobs.telemetry.exporters import CollectorExporter, JsonLinesExporter
from jobs.telemetry.identity import root_span_id, trace_id
from jobs.telemetry.sdk import (
    BatchSpanProcessor,
    OTELResourceDetector,
    RandomIdGenerator,
    Resource,
    SpanExporter,
    TracerProvider,
)

# How long one request may take while the stage works, where OTEL_* does not say.
COLLECTOR_SECONDS = 4.0
# A stage never waits longer than this for telemetry at its end.
END_SECONDS = 1.5


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


def spans_path(runs_dir: Path, run_id: str) -> Path:
    """Give the place of a run's spans where no collector takes them."""
    return runs_dir / run_id / "spans.jsonl"


class Tracing(TracerProvider):
    """Provide tracers; know the collector, if spans go to one."""

    collector: CollectorExporter | None = None


def tracer_provider(settings: Settings, run_id: str, *, root: bool) -> Tracing:
    """Make the process's tracer provider; the caller closes it.

    Where OTEL_* holds what OpenTelemetry does not take, spans are kept as if nothing were set.
    """
    # The SDK tells each of its troubles in several lines; one sentence of ours is enough.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    try:
        return _provider(run_id, root, _exporter(settings, run_id))
    except Exception as error:
        logging.getLogger("zlv").warning(
            "a variable OTEL_* has a value that OpenTelemetry does not take (%s); spans are kept in the run's"
            " folder",
            type(error).__name__,
        )
        with hidden("OTEL_"):
            return _provider(run_id, root, JsonLinesExporter(spans_path(settings.runs_dir, run_id)))


def _provider(run_id: str, root: bool, exporter: SpanExporter | None) -> Tracing:
    ours = Resource.create(
        {"service.name": "zlv-warehouse", "service.version": __version__, "zlv.run.id": run_id}
    )
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are the deployment's word and win.
    resource = ours.merge(OTELResourceDetector().detect())
    provider = Tracing(resource=resource, id_generator=RunIds(run_id, root=root), shutdown_on_exit=False)
    if isinstance(exporter, CollectorExporter):
        provider.collector = exporter
        provider.add_span_processor(exporter)
    if exporter is not None:
        provider.add_span_processor(
            BatchSpanProcessor(
                exporter, max_queue_size=16_384, schedule_delay_millis=1000, max_export_batch_size=512
            )
        )
    return provider


def close(provider: Tracing) -> None:
    """Send what is left and stop; what a collector has not taken in time is kept in the run's folder."""
    over = threading.Event()

    def finish() -> None:
        try:
            provider.force_flush()
            provider.shutdown()
        finally:
            over.set()

    threading.Thread(target=finish, name="last spans", daemon=True).start()
    if not over.wait(END_SECONDS) and provider.collector is not None:
        provider.collector.give_up()


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
    collector = OTLPSpanExporter(timeout=_seconds(asked), certificate_file=trusted)
    return CollectorExporter(collector, kept, without_credentials(endpoint))


def _seconds(asked: str | None) -> float:
    """Read a timeout as OpenTelemetry's specification has it, in milliseconds; the SDK takes it for seconds.

    https://opentelemetry.io/docs/specs/otel/protocol/exporter/
    """
    try:
        milliseconds = float(asked) if asked else 0.0
    except ValueError:
        milliseconds = 0.0
    return milliseconds / 1000 if 0 < milliseconds < 3_600_000 else COLLECTOR_SECONDS


def without_credentials(endpoint: str) -> str:
    scheme, separator, rest = endpoint.rpartition("://")
    return scheme + separator + rest.rpartition("@")[2].partition("?")[0]
