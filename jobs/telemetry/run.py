"""Trace a whole run: the one root span, and spans of steps that cannot speak for themselves."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs.settings import Settings
from jobs.telemetry.identity import traceparent
from jobs.telemetry.outcome import result_name, set_outcome, step_attributes
from jobs.telemetry.records import RunRecord, StepRecord
from jobs.telemetry.traces import close, tracer_provider


class RunTrace:
    """Hold a run's span while an executor works.

    The first time, `run <pipeline>` is the root of the trace. A run that is taken up again after its
    root was sent gets a span `resume <pipeline>` below it: one trace keeps one root.
    """

    def __init__(self, settings: Settings, record: RunRecord, *, has_root: bool) -> None:
        self._provider = tracer_provider(settings, record.run_id, root=not has_root)
        self._tracer = self._provider.get_tracer("zlv")
        propagator = TraceContextTextMapPropagator()
        above = (
            propagator.extract({"traceparent": traceparent(record.run_id)}, context=Context())
            if has_root
            else Context()
        )
        # Who started the run (a CI job) is linked, not a parent: the run's trace stands by itself.
        outer = trace.get_current_span(
            propagator.extract({"traceparent": settings.TRACEPARENT or ""}, context=Context())
        )
        links = [Link(outer.get_span_context())] if outer.get_span_context().is_valid else None
        self._span = self._tracer.start_span(
            f"{'resume' if has_root else 'run'} {record.pipeline}",
            context=above,
            start_time=None if has_root else int(record.started * 1e9),
            links=links,
            attributes={
                "zlv.kind": "run",
                "zlv.run.id": record.run_id,
                "zlv.executor": record.executor,
                "cicd.pipeline.name": record.pipeline,
                "cicd.pipeline.run.id": record.run_id,
            },
        )
        context = self._span.get_span_context()
        # Without a tracing SDK (OTEL_SDK_DISABLED) steps still get the ids that their logs show.
        self.traceparent = traceparent(record.run_id, context.span_id if context.is_valid else None)

    def step(self, record: StepRecord) -> None:
        """Send the span of a step whose process sent none: a plain command, or one that was killed."""
        context = trace.set_span_in_context(self._span)
        span: Span = self._tracer.start_span(
            record.stage,
            context=context,
            start_time=int(record.started * 1e9),
            attributes=step_attributes(record),
        )
        set_outcome(span, record)
        span.end(end_time=int((record.ended or record.started) * 1e9))

    def end(self, record: RunRecord, rows: int) -> None:
        """End the run's span as the record says, and send what is left."""
        code = 1 if record.exit_code is None else record.exit_code
        self._span.set_attributes(
            {"process.exit.code": code, "zlv.rows": rows, "cicd.pipeline.result": result_name(code)}
        )
        if code:
            self._span.set_attribute("error.type", str(code))
            self._span.set_status(Status(StatusCode.ERROR, record.message))
        self._span.end()
        close(self._provider)
