"""The lock of a run elsewhere, alive or silent for a while."""

from __future__ import annotations

import time
from dataclasses import replace

from jobs.telemetry.holder import Lock, new_lock


def foreign(run_id: str = "other", *, silent: float = 0.0, executor: str = "kubernetes") -> Lock:
    """Make the lock of a run whose executor is a pod elsewhere, last heard of `silent` seconds ago."""
    return replace(
        new_lock(run_id, "daily", executor, 180.0), host="zlv-daily-1-abcde", heartbeat=time.time() - silent
    )
