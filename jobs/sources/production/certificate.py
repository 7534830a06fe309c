"""Say in a file of the application what it holds: facts of each table, and the snapshot that they are of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from jobs import __version__
from jobs.catalog import Source
from jobs.privacy.treatments import key_fingerprint, output_columns
from jobs.settings import Settings
from jobs.sources.production.copying import NEXT, Copy
from jobs.sources.production.postgres import Snapshot
from jobs.sql import identifier
from jobs.storage.files import write_certificate
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.telemetry import StageRun


@dataclass(frozen=True)
class Copied:
    """What the certificate says of one table of the file."""

    rows: int
    fingerprint: str
    declaration: str
    key: str
    snapshot_at: str
    snapshot_lsn: str
    run_id: str
    unreal: dict[str, int]


def facts_of(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    source: Source,
    copy: Copy,
    snapshot: Snapshot,
    run: StageRun,
) -> dict[str, Any]:
    """Say of a table what the certificate keeps, and of values that are NULL now, how many they are."""
    table = identifier(NEXT, "main", source.name)
    columns = [identifier(column.name) for column in output_columns(source)]
    for name, count in copy.unreal.items():
        run.note(
            f"{source.table}.{name}: {count} value(s) that are no day or number (infinity, NaN, a year"
            " outside 1 to 9999) are NULL"
        )
    run.count(rows=copy.rows)
    copied = Copied(
        copy.rows,
        content_fingerprint(connection, table, columns),
        declaration_fingerprint(source),
        key_fingerprint(settings),
        snapshot.at,
        snapshot.lsn,
        run.run_id,
        copy.unreal,
    )
    return asdict(copied)


def certify(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: StageRun,
    snapshot: Snapshot,
    copied: dict[str, Any],
    kept: list[str],
) -> None:
    """Write the birth certificate of the new file."""
    facts = {
        "kind": "production",
        "run_id": run.run_id,
        "version": __version__,
        "key": key_fingerprint(settings),
        "snapshot_at": snapshot.at,
        "snapshot_lsn": snapshot.lsn,
        "standby": snapshot.standby,
        "kept": kept,
        "tables": copied,
    }
    write_certificate(connection, NEXT, facts)
    if kept:
        run.note(f"kept from the last good file: {', '.join(kept)}")
    run.facts(
        tables=len(copied) - len(kept), kept=len(kept), snapshot_at=snapshot.at, snapshot_lsn=snapshot.lsn
    )
