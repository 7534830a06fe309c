"""Wrap one stage: its span, log, record, and an end at once when a signal asks for it."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from jobs.errors import Terminated, ZlvError
from jobs.settings import Settings
from jobs.telemetry.alive import sign, touching
from jobs.telemetry.at_work import begin_work, end_work
from jobs.telemetry.ending import hearing
from jobs.telemetry.faults import told
from jobs.telemetry.holder import new_lock
from jobs.telemetry.identity import new_run_id, traceparent
from jobs.telemetry.logs import set_up_logs
from jobs.telemetry.outcome import exit_code, sentence, set_outcome, step_attributes, tell_kubelet
from jobs.telemetry.pipe import spare_work
from jobs.telemetry.records import StepRecord, keep_record, read_step, step_path
from jobs.telemetry.span import StageRun
from jobs.telemetry.traces import Tracing, close, tracer_provider
from jobs.telemetry.volume_lock import STEPS_LEASE, beating, join, release, without_lock


@contextmanager
def stage(settings: Settings, name: str) -> Iterator[StageRun]:
    """Run the body as one step: span below TRACEPARENT, log, record, SIGTERM and SIGINT as errors.

    With a run id but no TRACEPARENT (an executor that cannot make one) the span goes below the root
    that derives from the run id. With neither, the stage is a run of its own and its span the root.
    """
    run_id = settings.ZLV_RUN_ID or new_run_id(name)
    step = settings.ZLV_STEP or name
    spare_work()
    log = set_up_logs(step, run_id)
    with hearing() as ending:
        record = StepRecord(step=step, stage=name, run_id=run_id, started=time.time())
        path = step_path(settings.runs_dir, run_id, step)
        # The first to come closes the step: its own end, or that of a signal that it does not hear.
        closing = threading.Lock()
        provider: Tracing | None = None

        def last_words(error: ZlvError) -> bool:
            if not closing.acquire(blocking=False):
                return False
            _failed(record, error)
            _close(path, record, provider)
            click.echo(f"zlv: {error}", err=True)
            return True

        ending.last_words = last_words
        begin_work(step, run_id, settings.folders)
        try:
            earlier = read_step(settings.runs_dir, run_id, step)
            record.attempt = earlier.attempt + 1 if earlier else 1
            sign(record)
            keep_record(path, record)
            parent = _parent_context(settings, run_id)
            provider = tracer_provider(settings, run_id, root=parent is None)
            tracer = provider.get_tracer("zlv")
            with tracer.start_as_current_span(
                name,
                context=parent or otel_context.Context(),
                kind=SpanKind.INTERNAL,
                attributes=step_attributes(record)
                | {"process.pid": os.getpid(), "process.executable.name": "zlv"},
                record_exception=False,
                set_status_on_exception=False,
            ) as raw:
                try:
                    with _turn(settings, name, log, path):
                        yield StageRun(run_id, tracer, raw, log, record)
                    record.status, record.exit_code = "done", 0
                except BaseException as error:
                    # An engine and a library turn an exception of a signal handler into errors of theirs.
                    failure = ending.error or told(error)
                    _failed(record, failure)
                    if failure is not error:
                        raise failure from None
                    raise
                finally:
                    ending.is_closing = True
                    set_outcome(raw, record)
        finally:
            ending.is_closing = True
            closing.acquire()
            if record.status == "running":
                _failed(record, ending.error or Terminated("ended before it began"))
            _close(path, record, provider)
            ending.last_words = None
            end_work()


def _failed(record: StepRecord, error: BaseException) -> None:
    record.exit_code = exit_code(error)
    record.status = "failed" if record.exit_code else "done"
    record.message = sentence(error) if record.exit_code else None


def _close(path: Path, record: StepRecord, provider: Tracing | None) -> None:
    record.ended = time.time()
    keep_record(path, record)
    tell_kubelet(record)
    if provider is not None:
        close(provider)


@contextmanager
def _turn(settings: Settings, name: str, log: logging.Logger, record: Path) -> Iterator[None]:
    """Work only while the step's run holds the volume; without a holder, take it for the run.

    In a pod the run keeps it: later steps need it, and the run's last step or its executor frees it.
    """
    if settings.ZLV_RUN_ID is None:
        with touching(record):
            yield
        return
    runs_dir, run_id = settings.runs_dir, settings.ZLV_RUN_ID

    def lost(sentence: str) -> None:
        log.error(sentence)
        os.kill(os.getpid(), signal.SIGTERM)

    in_pod = settings.KUBERNETES_SERVICE_HOST is not None
    try:
        taken = join(runs_dir, new_lock(run_id, "", "steps" if in_pod else "stage", STEPS_LEASE))
    except OSError as error:
        without_lock(runs_dir, error)
        yield
        return
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
