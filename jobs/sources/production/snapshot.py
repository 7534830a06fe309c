"""Copy the application's tables into one file, all from one snapshot."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from jobs import __version__
from jobs.catalog import Catalog, Source
from jobs.errors import DataRefused, SettingsError
from jobs.privacy.treatments import key_fingerprint, output_columns
from jobs.settings import Settings
from jobs.sources.production.postgres import (
    Snapshot,
    attach_postgres,
    begin_snapshot,
    columns_of,
    end,
    relation,
    told,
)
from jobs.sql import identifier
from jobs.storage.closing import close_session
from jobs.storage.files import next_file, read_certificate, write_certificate
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.storage.interrupt import interruptible
from jobs.storage.retry import BACKOFF, Backoff, retried
from jobs.storage.session import attach, connect
from jobs.telemetry import StageRun

NEXT, LAST = "production_next", "production_last"


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


def sync_production(
    settings: Settings,
    catalog: Catalog,
    run: StageRun,
    only: tuple[str, ...] = (),
    backoff: Backoff = BACKOFF,
) -> None:
    """Replace the production file by a snapshot of the application; the last good file stands until then.

    `only` names tables (by their name in the catalog or in the application): the others are kept
    from the last good file. Raises SettingsError, DataRefused or, after retries, Temporary.
    """
    sources = catalog.of("production")
    chosen = _chosen(sources, only)
    retried(run, lambda: _attempt(settings, sources, chosen, run), backoff)


def _chosen(sources: tuple[Source, ...], only: tuple[str, ...]) -> set[str]:
    known = {name: source.name for source in sources for name in (source.table, source.name)}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise SettingsError(
            f"no table {unknown[0]!r} is declared in the catalog; declared are"
            f" {', '.join(source.name for source in sources)}"
        )
    return {known[name] for name in only} if only else {source.name for source in sources}


def _attempt(settings: Settings, sources: tuple[Source, ...], chosen: set[str], run: StageRun) -> None:
    target = settings.production_file
    last = _kept(settings, sources, chosen, run)
    with next_file(target) as pending:
        connection = connect(settings, "postgres_scanner", pseudonyms=True)

        def work() -> None:
            attach_postgres(connection, settings)
            attach(connection, pending, NEXT, read_only=False, create=True)
            copied = {name: last[name] for name in _keep(connection, target, sources, last)}
            # How a table is scanned is a setting of the session.
            close_session(connection, settings_too=False)
            snapshot = _copy(
                connection, settings, [source for source in sources if source.name not in last], run, copied
            )
            _certify(connection, settings, run, snapshot, copied, sorted(last))
            connection.execute(f"DETACH {NEXT}")

        try:
            interruptible(connection, work)
        finally:
            end(connection)


def _kept(
    settings: Settings, sources: tuple[Source, ...], chosen: set[str], run: StageRun
) -> dict[str, dict[str, Any]]:
    """Tell which tables of the last good file stay: not chosen, and made under today's declaration and
    key."""
    others = [source for source in sources if source.name not in chosen]
    if not others:
        return {}
    held = (read_certificate(settings.production_file) or {}).get("tables", {})
    kept = {}
    for source in others:
        facts = held.get(source.name)
        if facts is None:
            run.note(f"production.{source.name} is not in the last good file: it is copied too")
        elif (facts["declaration"], facts["key"]) != (
            declaration_fingerprint(source),
            key_fingerprint(settings),
        ):
            run.note(
                f"production.{source.name} was made under another declaration or pseudonym key: it is"
                " copied too"
            )
        else:
            kept[source.name] = facts
    return kept


def _keep(
    connection: duckdb.DuckDBPyConnection, target: Path, sources: tuple[Source, ...], last: dict[str, Any]
) -> list[str]:
    """Copy the tables that stay from the last good file."""
    if not last:
        return []
    attach(connection, target, LAST)
    for source in sources:
        if source.name in last:
            connection.execute(
                f"CREATE TABLE {identifier(NEXT, 'main', source.name)} AS FROM"
                f" {identifier(LAST, 'main', source.name)}"
            )
    connection.execute(f"DETACH {LAST}")
    return list(last)


def _copy(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    sources: list[Source],
    run: StageRun,
    copied: dict[str, Any],
) -> Snapshot:
    """Copy tables within one transaction, and so from one snapshot of the server."""
    try:
        snapshot = begin_snapshot(connection)
        found = columns_of(connection, [source.table for source in sources])
        for source in sources:
            _check(source, found, run)
        for source in sources:
            with run.span(source.name, kind="table") as span:
                span.set(**{"db.system.name": "postgresql", "db.collection.name": source.table})
                rows = int(connection.execute(_copy_statement(source, found[source.table])).fetchall()[0][0])
                span.set(rows=rows)
            if rows < source.minimum_rows:
                raise DataRefused(
                    f"{source.table} has {rows} rows, fewer than the {source.minimum_rows} expected: the last"
                    " good file stands; check the application's database"
                )
            run.count(rows=rows)
            run.log.info("copied %s: %s rows", source.name, rows, extra={"rows": rows})
            copied[source.name] = rows
        connection.execute("COMMIT")
    except duckdb.Error as error:
        raise told(error, settings) from None
    for source in sources:
        table, columns = (
            identifier(NEXT, "main", source.name),
            [identifier(column.name) for column in output_columns(source)],
        )
        fingerprint = content_fingerprint(connection, table, columns)
        stamps = (
            declaration_fingerprint(source),
            key_fingerprint(settings),
            snapshot.at,
            snapshot.lsn,
            run.run_id,
        )
        copied[source.name] = asdict(Copied(copied[source.name], fingerprint, *stamps))
    return snapshot


def _check(source: Source, found: dict[str, set[str]], run: StageRun) -> None:
    """Compare the table with its declaration: refuse what is required, tell the rest as drift."""
    if source.table not in found:
        raise DataRefused(
            f"the application has no table {source.table}: correct catalog/production.yml or ask for its"
            " return"
        )
    there, declared = found[source.table], {column.header_name for column in source.columns}
    missing = [column for column in source.columns_read if column.header_name not in there]
    for column in missing:
        if column.required:
            raise DataRefused(
                f"{source.table}.{column.header_name} is required and is missing in the application: the last"
                " good file stands; correct catalog/production.yml or ask for its return"
            )
        run.note(f"drift: {source.table}.{column.header_name} is missing in the application; it is NULL")
    new = sorted(there - declared)
    if new:
        run.note(
            f"drift: {source.table} has new columns that the catalog does not declare and that are not read:"
            f" {', '.join(new)}"
        )


def _copy_statement(source: Source, there: set[str]) -> str:
    """Write the copy of one table: only the columns that are read, each cast to its declared type."""
    read = [
        f"CAST({identifier(column.header_name) if column.header_name in there else 'NULL'} AS {column.type})"
        f" AS {identifier(column.name)}"
        for column in source.columns_read
    ]
    outputs = [column.select for column in output_columns(source)]
    rows = f"SELECT {', '.join(read)} FROM {relation(source.table)}"
    return (
        f"CREATE TABLE {identifier(NEXT, 'main', source.name)} AS SELECT {', '.join(outputs)} FROM ({rows})"
    )


def _certify(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: StageRun,
    snapshot: Snapshot,
    copied: dict[str, Any],
    kept: list[str],
) -> None:
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
