"""Derive trace and root span from the run id, so that pods join one trace without talking.

W3C Trace Context: header `traceparent` = version - trace id - parent id - flags.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime

from jobs.settings.names import RUN_ID

__all__ = ["RUN_ID", "new_run_id", "root_span_id", "trace_id", "traceparent"]


def new_run_id(name: str) -> str:
    """Make a run id that sorts by time: `daily-20261123t184502-3fa9`."""
    moment = datetime.now(UTC).strftime("%Y%m%dt%H%M%S")
    return f"{name}-{moment}-{secrets.token_hex(2)}"


def trace_id(run_id: str) -> int:
    """Give the run's trace id, 128 bits."""
    return int.from_bytes(hashlib.sha256(b"zlv trace\0" + run_id.encode()).digest()[:16], "big") or 1


def root_span_id(run_id: str) -> int:
    """Give the id of the run's one root span, 64 bits."""
    return int.from_bytes(hashlib.sha256(b"zlv root\0" + run_id.encode()).digest()[:8], "big") or 1


def traceparent(run_id: str, span_id: int | None = None) -> str:
    """Write the TRACEPARENT that makes a child join the run's trace, below the root unless said otherwise."""
    return f"00-{trace_id(run_id):032x}-{root_span_id(run_id) if span_id is None else span_id:016x}-01"
