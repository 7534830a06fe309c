"""Log for a person on a terminal, as JSON lines with trace and span ids anywhere else."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from opentelemetry import trace

from jobs.errors import printable

# What a line shows by its place, or what only a program needs.
_PLACED = {"time", "level", "stage", "run", "message", "trace_id", "span_id"}
_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Write one JSON object per line: time, level, stage, run, message, extras, trace and span id."""

    def __init__(self, stage: str, run_id: str) -> None:
        super().__init__()
        self._stage, self._run_id = stage, run_id

    def format(self, record: logging.LogRecord) -> str:
        context = trace.get_current_span().get_span_context()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "stage": self._stage,
            "run": self._run_id,
            "message": record.getMessage(),
            **{name: value for name, value in record.__dict__.items() if name not in _STANDARD},
        }
        if context.is_valid:
            line |= {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        return json.dumps(line, ensure_ascii=False, default=str)


def logged(line: str) -> dict[str, Any] | None:
    """Read a line that the JSON form wrote; None for any other line."""
    if not line.startswith("{"):
        return None
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) and "message" in values else None


def sentence(values: dict[str, Any]) -> str:
    """Write the message and the facts of a line that was read."""
    facts = " ".join(f"{name}={value}" for name, value in values.items() if name not in _PLACED)
    return f"{values['message']} {facts}".rstrip()


class TerminalFormatter(logging.Formatter):
    """Write `stage  message  name=value …`."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def format(self, record: logging.LogRecord) -> str:
        extras = [f"{name}={value}" for name, value in record.__dict__.items() if name not in _STANDARD]
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        return printable(f"{self._stage:<16} {level}{record.getMessage()}  {' '.join(extras)}".rstrip())


def choose_level(*, quiet: bool, verbose: bool) -> None:
    """Log errors only, or more than usual, from here on."""
    if quiet or verbose:
        logging.getLogger("zlv").setLevel(logging.ERROR if quiet else logging.DEBUG)


def is_quiet() -> bool:
    """Tell whether errors only are wanted."""
    return logging.getLogger("zlv").level == logging.ERROR


def is_verbose() -> bool:
    """Tell whether more than usual is wanted."""
    return logging.getLogger("zlv").level == logging.DEBUG


def set_up_logs(stage: str, run_id: str) -> logging.Logger:
    """Send the program's logs to standard error, in the form that fits where it goes."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TerminalFormatter(stage) if sys.stderr.isatty() else JsonFormatter(stage, run_id))
    log = logging.getLogger("zlv")
    log.handlers[:] = [handler]
    if log.level == logging.NOTSET:
        log.setLevel(logging.INFO)
    log.propagate = False
    return log
