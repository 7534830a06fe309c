"""Load one source's objects into its raw file; the last good file stands until all is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from jobs import __version__
from jobs.catalog import Source
from jobs.errors import DataRefused
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings
from jobs.sources.lake.at_hand import at_hand
from jobs.sources.lake.checks import Loaded, check, check_years, rejects_file, year_of
from jobs.sources.lake.encoding import NotUtf8
from jobs.sources.lake.faults import told_duckdb
from jobs.sources.lake.header import Layout
from jobs.sources.lake.layouts import as_delivered
from jobs.sources.lake.meter import metered
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.readers import ObjectReader, Reading, Sight, layout_of, read_object
from jobs.sources.lake.rejects import keep
from jobs.sources.lake.steady import changed_meanwhile, same_size
from jobs.sql import identifier
from jobs.storage.files import next_file, read_certificate, write_certificate
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.storage.session import attach, view_columns
from jobs.telemetry import StageRun


def load_source(
    settings: Settings,
    source: Source,
    objects: Sequence[LakeObject],
    lake: Lake,
    run: StageRun,
    connection: duckdb.DuckDBPyConnection,
    accept_rows: str | None = None,
    known: Sequence[Source] = (),
) -> Loaded:
    """Replace a source's raw file by what its objects hold today.

    `accept_rows` is the reason to take rows that are far off; `known` are all sources of the catalog.
    Raises DataRefused (too many broken lines, rows far off, another year's, a required column missing: the
    last good file stands), SettingsError, or Temporary.
    """
    target = settings.raw_file(source.domain, source.name)
    database = f"next_{source.name}"
    loaded = Loaded()
    before = read_certificate(target)
    with next_file(target) as pending:
        attach(connection, pending, database, read_only=False, create=True)
        try:
            table = _create(connection, database, source)
            for item in objects:
                _load_object(settings, source, item, table, lake, run, connection, loaded, known)
            check(source, target, loaded, before, accept_rows)
            changed_meanwhile(source, objects, lake)
            keep(connection, database, loaded.rejects)
            facts = _facts(settings, source, run, connection, table, loaded)
            if loaded.accepted:
                facts["accepted_rows"] = {"reason": accept_rows, "rows": loaded.accepted}
            write_certificate(connection, database, facts)
        finally:
            _let_go(connection, database)
    rejects_file(target).unlink(missing_ok=True)
    _tell(source, run, loaded, accept_rows)
    run.count(rows=loaded.rows)
    return loaded


def _tell(source: Source, run: StageRun, loaded: Loaded, accept_rows: str | None) -> None:
    name = f"{source.domain}.{source.name}"
    for sentence in dict.fromkeys(loaded.drift):
        run.note(f"drift: {name}: {sentence}")
    if loaded.broken:
        hints = "".join(f"; {hint}" for hint in dict.fromkeys(loaded.hints))
        run.note(f"{name}: {loaded.broken} broken lines set aside, {loaded.rows} rows loaded{hints}")
    if loaded.accepted:
        run.note(f"accepted ({accept_rows}): {name}: {'; '.join(loaded.accepted)}")


def _create(connection: duckdb.DuckDBPyConnection, database: str, source: Source) -> str:
    table = identifier(database, "main", source.name)
    columns = ", ".join(f"{identifier(column.name)} {column.type}" for column in view_columns(source))
    connection.execute(f"CREATE TABLE {table} ({columns})")
    return table


def _load_object(
    settings: Settings,
    source: Source,
    item: LakeObject,
    table: str,
    lake: Lake,
    run: StageRun,
    connection: duckdb.DuckDBPyConnection,
    loaded: Loaded,
    known: Sequence[Source],
) -> None:
    several = source.is_several
    name = f"{source.name}: {item.name}" if several else source.name
    with (
        run.span(name, kind="object", source=source.name, object=item.name, bytes=item.size) as span,
        metered(run, f"{source.domain}.{name}", item, connection),
    ):
        try:
            try:
                layout, reading = _read(settings, source, item, table, lake, connection, known)
            except NotUtf8:
                layout, reading = _read(settings, source, item, table, lake, connection, known, doubted=True)
        except duckdb.Error as error:
            raise told_duckdb(error, source, item.name, item.url, settings) from None
        span.set(rows=reading.rows, rejects=reading.broken)
    loaded.add(item, reading)
    loaded.drift += layout.drift if layout is not None else [f"{item.name} is empty"]
    loaded.drift += reading.drift
    loaded.drift += check_years(source, item, table, connection)


def _read(
    settings: Settings,
    source: Source,
    item: LakeObject,
    table: str,
    lake: Lake,
    connection: duckdb.DuckDBPyConnection,
    known: Sequence[Source],
    *,
    doubted: bool = False,
) -> tuple[Layout | None, Reading]:
    """Read one object; an encoding that is `doubted` is looked for in all of its bytes."""
    try:
        if not item.url.startswith("http"):
            source = as_delivered(source, lake.start(item, 64))
        with at_hand(settings, source, item, lake, doubted=doubted) as here:
            same_size(connection, here.item)
            source = as_delivered(source, lake.start(here.item, 64))
            layout = layout_of(Sight(source, here.item, lake, connection, known))
            if layout is None:
                return None, Reading(0)
            layout.drift += here.written.drift(item.name, source.format.encoding)
            file = (item.name, year_of(item.name)) if source.is_several else None
            reader = ObjectReader(settings, source, here.item, layout, table, file, lake, connection)
            return layout, read_object(reader)
    except NotUtf8:
        if not doubted:
            raise
        raise DataRefused(
            f"{source.domain}.{source.name}: {item.name} is text in no encoding that is known: the last good"
            " file stands; deliver it in UTF-8"
        ) from None


def _facts(
    settings: Settings,
    source: Source,
    run: StageRun,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    loaded: Loaded,
) -> dict[str, Any]:
    columns = [identifier(column.name) for column in view_columns(source)]
    return {
        "kind": "raw",
        "source": source.name,
        "domain": source.domain,
        "objects": loaded.objects,
        "rows": loaded.rows,
        "rejects": loaded.broken,
        "drift": list(dict.fromkeys(loaded.drift)),
        "declaration": declaration_fingerprint(source),
        "key": key_fingerprint(settings),
        "fingerprint": content_fingerprint(connection, table, columns),
        "run_id": run.run_id,
        "version": __version__,
    }


def _let_go(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    for statement in ("ROLLBACK", f"DETACH {identifier(database)}"):
        try:
            connection.execute(statement)
        except duckdb.TransactionException:
            continue
