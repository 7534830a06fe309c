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

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs.errors import Terminated
from jobs.settings import Settings
from jobs.telemetry.holder import new_lock
from jobs.telemetry.identity import new_run_id, traceparent
from jobs.telemetry.logs import set_up_logs
from jobs.telemetry.outcome import exit_code, sentence, set_outcome, step_attributes, tell_kubelet
from jobs.telemetry.records import StepRecord, read_step, step_path, write_record
from jobs.telemetry.span import StageRun
from jobs.telemetry.traces import close, tracer_provider
from jobs.telemetry.volume_lock import STEPS_LEASE, beating, join, release


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
                        record.status, record.message = "failed", sentence(failure)
                    if failure is not error:
                        raise failure from None
                    raise
                finally:
                    terminated.set()  # from here on the end is near: SIGTERM does not disturb it
                    set_outcome(raw, record)
        finally:
            record.ended = time.time()
            write_record(path, record)
            tell_kubelet(record)
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
