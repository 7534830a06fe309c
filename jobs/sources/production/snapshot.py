"""Copy the application's tables into one file, all from one snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from jobs.catalog import Catalog, Source
from jobs.errors import SettingsError
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings
from jobs.sources.production.certificate import certify, facts_of
from jobs.sources.production.copying import NEXT, Unreadable
from jobs.sources.production.postgres import attach_postgres, end
from jobs.sources.production.tables import copy_tables, refused
from jobs.sql import identifier
from jobs.storage.closing import close_session
from jobs.storage.files import next_file, read_certificate
from jobs.storage.fingerprint import declaration_fingerprint
from jobs.storage.interrupt import interruptible
from jobs.storage.retry import BACKOFF, Backoff, retried
from jobs.storage.session import attach, connect
from jobs.telemetry import StageRun

LAST = "production_last"


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
    careful: set[str] = set()

    def attempt() -> None:
        """Read a table as text, once, whose values the fast reader does not take."""
        while True:
            try:
                return _attempt(settings, sources, chosen, run, careful)
            except Unreadable as unreadable:
                name = str(unreadable)
                if name in careful:
                    raise refused(settings, catalog.source(name)) from None
                careful.add(name)
                run.note(
                    f"production.{name} holds values that the fast reader does not take: it is read as text"
                )

    retried(run, attempt, backoff)


def _chosen(sources: tuple[Source, ...], only: tuple[str, ...]) -> set[str]:
    known = {name: source.name for source in sources for name in (source.table, source.name)}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise SettingsError(
            f"no table {unknown[0]!r} is declared in the catalog; declared are"
            f" {', '.join(source.name for source in sources)}"
        )
    return {known[name] for name in only} if only else {source.name for source in sources}


def _attempt(
    settings: Settings, sources: tuple[Source, ...], chosen: set[str], run: StageRun, careful: set[str]
) -> None:
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
            open_ = [source for source in sources if source.name not in last]
            snapshot, copies = copy_tables(connection, settings, open_, run, careful)
            for source in open_:
                copied[source.name] = facts_of(
                    connection, settings, source, copies[source.name], snapshot, run
                )
            certify(connection, settings, run, snapshot, copied, sorted(last))
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
