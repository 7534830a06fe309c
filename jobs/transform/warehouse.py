"""What is done to the pending warehouse file besides dbt: counted, certified, kept when it is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobs import __version__
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings
from jobs.sql import identifier
from jobs.storage.closing import opened
from jobs.storage.files import discard, write_certificate
from jobs.storage.session import attach, connect
from jobs.telemetry import StageRun
from jobs.transform.graph import Graph
from jobs.transform.nodes import Outcome


def tell_refused(settings: Settings, pending: Path, run: StageRun, outcome: Outcome) -> None:
    """Record the nodes of a build that ends here, and keep the file that a test refused."""
    if pending.exists():
        tell_nodes(pending, run, outcome)
    if outcome.of("fail"):
        _keep_failed(settings, pending)


def _keep_failed(settings: Settings, pending: Path) -> None:
    """Keep the file that a test refused, for who may look into the warehouse's folder: `zlv sql --failed`."""
    kept = settings.failed_warehouse_file
    discard(kept)
    with connect(settings) as connection:
        attach(connection, pending, "warehouse", read_only=False)
        connection.execute("CHECKPOINT warehouse")
    # It holds what the warehouse holds, refused rows too.
    pending.chmod(0o600)
    pending.rename(kept)


def tell_nodes(pending: Path, run: StageRun, outcome: Outcome) -> dict[str, int]:
    """Record every node that ran as a span of the build; gives the rows of every mart of the file."""
    with opened(pending) as connection:
        query = (
            "SELECT schema_name || '.' || table_name, estimated_size FROM duckdb_tables() WHERE database_name"
            " = 'file' AND table_name <> '_zlv'"
        )
        rows = {str(name): int(size) for name, size in connection.execute(query).fetchall()}
    by_table = {name.split(".", 1)[1]: count for name, count in rows.items()}
    for node in outcome.nodes:
        failed = None if node.status in ("pass", "success", "warn") else node.status
        rows_made = by_table.get(node.name) if node.resource in ("model", "seed", "snapshot") else None
        facts: dict[str, str | int | None] = {
            "resource": node.resource,
            "status": node.status,
            "rows": rows_made,
        }
        run.finished_span(
            node.name, kind="dbt node", start=node.start, end=node.end, failed=failed, within=None, **facts
        )
    return {name: count for name, count in rows.items() if name.startswith("marts.")}


def drop_others(settings: Settings, pending: Path, graph: Graph) -> int:
    """Drop what no node of the project makes any more from a copy of the last file; gives how many."""
    made = {node.relation for node in graph.nodes.values()}
    query = (
        "SELECT schema_name, table_name, 'TABLE' FROM duckdb_tables() WHERE database_name = 'warehouse'"
        " AND NOT internal UNION ALL SELECT schema_name, view_name, 'VIEW' FROM duckdb_views()"
        " WHERE database_name = 'warehouse' AND NOT internal ORDER BY 3 DESC, 1, 2"
    )
    with connect(settings) as connection:
        attach(connection, pending, "warehouse", read_only=False)
        there = [tuple(map(str, row)) for row in connection.execute(query).fetchall()]
        others = [
            (schema, name, kind)
            for schema, name, kind in there
            if ("warehouse", schema, name) not in made and name != "_zlv"
        ]
        for schema, name, kind in others:
            connection.execute(f"DROP {kind} {identifier('warehouse', schema, name)}")
        if others:
            connection.execute("CHECKPOINT warehouse")
    return len(others)


def certify(settings: Settings, pending: Path, run: StageRun, facts: dict[str, Any]) -> None:
    """Write the birth certificate of a warehouse file, and all of it into the file itself."""
    connection = connect(settings)
    try:
        attach(connection, pending, "warehouse", read_only=False)
        written = {
            "kind": "warehouse",
            "run_id": run.run_id,
            "version": __version__,
            "written_at": datetime.now(UTC).isoformat(),
        }
        write_certificate(connection, "warehouse", {**written, "key": key_fingerprint(settings), **facts})
        connection.execute("CHECKPOINT warehouse")
    finally:
        connection.close()
