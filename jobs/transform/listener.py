"""Hear of each dbt node when it ends, and say how far the build is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from jobs.telemetry import StageRun
from jobs.telemetry.pace import PROGRESS_SECONDS, spoken, to_go
from jobs.transform.nodes import Node, Outcome


class Listener:
    """Take in dbt's events: which nodes ended and how, and how many there are."""

    def __init__(self, run: StageRun, outcome: Outcome) -> None:
        self.outcome = outcome
        self._run, self._told = run, time.monotonic()
        self._begun = self._told

    def __call__(self, event: Any) -> None:
        """Hear one event."""
        if event.info.name == "LogStartLine":
            if not self.outcome.planned:
                self._begun = time.monotonic()  # what comes before is dbt's reading of the project
            self.outcome.planned = max(self.outcome.planned, int(event.data.total))
        elif event.info.name == "NodeFinished":
            self._finished(event.data.node_info, event.data.run_result)

    def _finished(self, info: Any, result: Any) -> None:
        start = _nanoseconds(info.node_started_at)
        # A node that was skipped never finished.
        end = max(start, _nanoseconds(info.node_finished_at))
        status, message = str(result.status), str(result.message or "")
        node = Node(info.unique_id, info.node_name, info.resource_type, status, start, end, message)
        self.outcome.nodes.append(node)
        if not node.is_test or node.status not in ("pass", "success"):
            self._run.log.info(
                "%s %s",
                node.resource,
                node.name,
                extra={"status": node.status, "seconds": round((end - start) / 1e9, 2)},
            )
        if time.monotonic() - self._told > PROGRESS_SECONDS:
            self._told = time.monotonic()
            done, planned, seconds = len(self.outcome.nodes), self.outcome.planned, self._told - self._begun
            self._run.log.info(
                "%s of %s models and tests after %s%s",
                done,
                planned,
                spoken(seconds),
                to_go(done, planned, seconds),
            )


def _nanoseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1e9) if moment else 0
