"""Run dbt in this process and hear of each node when it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs.catalog import Catalog
from jobs.errors import DataRefused
from jobs.settings import Settings
from jobs.telemetry import StageRun
from jobs.transform.nodes import Node, Outcome
from jobs.transform.verdict import first_line


def selection_of(only: tuple[str, ...], excluded: list[str], *, unit_tests: bool) -> list[str]:
    """Write dbt's arguments that choose what is built."""
    chosen = [*(["--select", *only] if only else []), *(["--exclude", *excluded] if excluded else [])]
    return [*chosen, *([] if unit_tests else ["--exclude-resource-type", "unit_test"])]


def run_dbt(
    settings: Settings,
    catalog: Catalog,
    project: Path,
    scratch: Path,
    selection: list[str],
    run: StageRun,
) -> Outcome:
    """Run `dbt build` on the selection; gives every node that ended.

    Raises DataRefused when dbt cannot read the project.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    prefixes = ("lovac", "locomvac", "ff", "ff_owners")
    variables = {
        "millesimes": {prefix: catalog.millesimes(prefix) for prefix in prefixes},
        "public_criteria": catalog.public_criteria,
    }
    arguments = [
        "build",
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(scratch),
    ]
    arguments += ["--log-path", str(scratch), "--log-level-file", "none", "--no-version-check", "--quiet"]
    # One node at a time: DuckDB gives each query all its threads, and two queries would want the memory
    # twice.
    arguments += ["--threads", "1", "--vars", json.dumps(variables)]
    arguments += selection
    outcome = Outcome()
    try:
        result = dbtRunner(callbacks=[lambda event: _heard(event, outcome, run)]).invoke(arguments)
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if result.exception is not None and not outcome.nodes:
        raise DataRefused(f"dbt could not read the project: {first_line(str(result.exception))}")
    return outcome


def _heard(event: Any, outcome: Outcome, run: StageRun) -> None:
    if event.info.name != "NodeFinished":
        return
    info, result = event.data.node_info, event.data.run_result
    start = _nanoseconds(info.node_started_at)
    # A node that was skipped never finished.
    end = max(start, _nanoseconds(info.node_finished_at))
    node = Node(
        info.unique_id,
        info.node_name,
        info.resource_type,
        str(result.status),
        start,
        end,
        str(result.message or ""),
    )
    outcome.nodes.append(node)
    if node.resource not in ("test", "unit_test") or node.status not in ("pass", "success"):
        run.log.info(
            "%s %s",
            node.resource,
            node.name,
            extra={"status": node.status, "seconds": round((end - start) / 1e9, 2)},
        )


def _nanoseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1e9) if moment else 0
