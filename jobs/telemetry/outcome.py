"""Say how a step ended: its exit code, its sentence, its span's attributes, and the pod's last word."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, replace
from pathlib import Path

from opentelemetry import trace
from opentelemetry.trace import Status, StatusCode

from jobs.errors import ZlvError
from jobs.telemetry.records import StepRecord

Attribute = str | int | float | bool

_TERMINATION_LOG = Path("/dev/termination-log")


def tell_kubelet(record: StepRecord) -> None:
    """Put the record where the pod's status shows it, for who has no access to the volume; 4096 bytes are
    kept."""
    if _TERMINATION_LOG.exists():
        facts = {"unchanged": True} if record.unchanged else {}
        short = replace(record, message=(record.message or "")[:1000] or None, notes=[], facts=facts)
        with contextlib.suppress(OSError):
            _TERMINATION_LOG.write_text(json.dumps(asdict(short), ensure_ascii=False), encoding="utf-8")


def step_attributes(record: StepRecord) -> dict[str, Attribute]:
    """Name a step's span, in our words and in those of OpenTelemetry's CI/CD conventions."""
    return {
        "zlv.kind": "step",
        "zlv.stage": record.stage,
        "zlv.step": record.step,
        "zlv.attempt": record.attempt,
        "zlv.run.id": record.run_id,
        "cicd.pipeline.run.id": record.run_id,
        "cicd.pipeline.task.name": record.step,
    }


def set_outcome(span: trace.Span, record: StepRecord) -> None:
    """Tell on a step's span how it ended."""
    code = 1 if record.exit_code is None else record.exit_code
    span.set_attributes({"process.exit.code": code, "zlv.rows": record.rows, "zlv.tests": record.tests})
    span.set_attribute("cicd.pipeline.task.run.result", result_name(code))
    if record.status == "failed":
        span.set_attribute("error.type", str(code))
        span.set_status(Status(StatusCode.ERROR, record.message))


def result_name(code: int) -> str:
    """Give the CI/CD conventions' word for an exit code."""
    if code in (130, 143):
        return "cancellation"
    return "success" if code == 0 else "failure"


def exit_code(error: BaseException) -> int:
    """Give the exit code of the contract for an error."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    # ZlvError and click's own exceptions carry theirs.
    return int(getattr(error, "exit_code", 1))


def sentence(error: BaseException) -> str:
    """Tell an error without the data it may quote: our own sentences whole, of others the kind only."""
    return str(error) if isinstance(error, ZlvError) else type(error).__name__
