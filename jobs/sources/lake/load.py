"""Load one source's objects into its raw file; the last good file stands until all is checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from jobs import __version__
from jobs.catalog import Source
from jobs.errors import DataRefused, Temporary
from jobs.privacy.treatments import key_fingerprint
from jobs.settings import Settings
from jobs.sources.lake.download import at_hand
from jobs.sources.lake.faults import told_duckdb
from jobs.sources.lake.header import Layout
from jobs.sources.lake.layouts import as_delivered
from jobs.sources.lake.objects import Lake, LakeObject
from jobs.sources.lake.readers import ObjectReader, Reading, layout_of, read_object
from jobs.sources.lake.rejects import Reject, keep, write_csv
from jobs.sql import identifier
from jobs.storage.files import next_file, read_certificate, write_certificate
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.storage.session import attach, view_columns
from jobs.telemetry import StageRun

_YEAR = re.compile(r"LOCOMVAC(\d{2})_", re.IGNORECASE)


@dataclass
class Loaded:
    """What came of one source."""

    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    broken: int = 0
    uncounted: bool = False
    drift: list[str] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)


def is_unchanged(settings: Settings, source: Source, objects: Sequence[LakeObject]) -> bool:
    """Tell whether the raw file was made of these very objects, under today's declaration and key."""
    facts = read_certificate(settings.raw_file(source.domain, source.name))
    if facts is None or any(not item.etag for item in objects):
        return False
    then = [(item["name"], item["etag"]) for item in facts.get("objects", [])]
    made = (facts.get("declaration"), facts.get("key"), then)
    return made == (
        declaration_fingerprint(source),
        key_fingerprint(settings),
        [(item.name, item.etag) for item in objects],
    )


def load_source(
    settings: Settings,
    source: Source,
    objects: Sequence[LakeObject],
    lake: Lake,
    run: StageRun,
    connection: duckdb.DuckDBPyConnection,
) -> Loaded:
    """Replace a source's raw file by what its objects hold today.

    Raises DataRefused (too many broken lines, too few rows, a required column missing: the last good
    file stands), SettingsError, or Temporary.
    """
    target = settings.raw_file(source.domain, source.name)
    database = f"next_{source.name}"
    loaded = Loaded()
    with next_file(target) as pending:
        attach(connection, pending, database, read_only=False, create=True)
        try:
            table = _create(connection, database, source)
            for item in objects:
                _load_object(settings, source, item, table, lake, run, connection, loaded)
            _check(source, target, loaded)
            _changed_meanwhile(source, objects, lake)
            keep(connection, database, loaded.rejects)
            write_certificate(connection, database, _facts(settings, source, run, connection, table, loaded))
        finally:
            _let_go(connection, database)
    _rejects_file(target).unlink(missing_ok=True)
    for sentence in dict.fromkeys(loaded.drift):
        run.note(f"drift: {source.domain}.{source.name}: {sentence}")
    if loaded.broken:
        run.note(
            f"{source.domain}.{source.name}: {loaded.broken} broken lines set aside, {loaded.rows} rows"
            " loaded"
        )
    run.count(rows=loaded.rows)
    return loaded


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
) -> None:
    several = source.is_several
    name = f"{source.name}: {item.name}" if several else source.name
    with (
        run.span(name, kind="object", source=source.name, object=item.name, bytes=item.size) as span,
        at_hand(settings, source, item, lake) as here,
    ):
        try:
            source = as_delivered(source, lake.start(here, 64))
            layout = layout_of(source, here, lake, connection)
            reading = Reading(0)
            if layout is not None:
                file = (item.name, _year(item.name)) if several else None
                reading = read_object(
                    ObjectReader(settings, source, here, layout, table, file, lake, connection)
                )
        except duckdb.Error as error:
            raise told_duckdb(error, source, item.name, item.url, settings) from None
        span.set(rows=reading.rows, rejects=reading.broken)
    loaded.rows += reading.rows
    loaded.broken += reading.broken
    loaded.uncounted |= reading.uncounted
    loaded.rejects += reading.rejects
    loaded.drift += _drift(source, item, layout, table, connection, several=several)
    loaded.objects.append(
        {
            "name": item.name,
            "etag": item.etag,
            "place": item.url,
            "bytes": item.size,
            "rows": reading.rows,
            "rejects": reading.broken,
        }
    )


def _drift(
    source: Source,
    item: LakeObject,
    layout: Layout | None,
    table: str,
    connection: duckdb.DuckDBPyConnection,
    *,
    several: bool,
) -> list[str]:
    if layout is None:
        return [f"{item.name} is empty"]
    year = _year(item.name)
    if several and year is not None and any(column.name == "annee" for column in source.columns):
        query = f"SELECT count(*) FROM {table} WHERE file_name = ? AND TRY_CAST(annee AS INTEGER) <> ?"
        other = int(connection.execute(query, [item.name, year]).fetchall()[0][0])
        if other:
            return [*layout.drift, f"{item.name} holds {other} lines of another year than its name's"]
    return layout.drift


def _year(name: str) -> int | None:
    found = _YEAR.search(name)
    return 2000 + int(found[1]) if found else None


def _check(source: Source, target: Path, loaded: Loaded) -> None:
    """Refuse too many broken lines, then too few rows."""
    total = loaded.rows + loaded.broken
    if loaded.uncounted or loaded.broken > source.rejects_threshold * total:
        path = _rejects_file(target)
        write_csv(path, loaded.rejects)
        share = (
            f"of {total} lines are broken ({loaded.broken / total:.1%}, more than the"
            f" {source.rejects_threshold:.1%} allowed)"
        )
        count = (
            f"more than {loaded.broken} lines are broken" if loaded.uncounted else f"{loaded.broken} {share}"
        )
        raise DataRefused(
            f"{source.domain}.{source.name}: {count}: the last good file stands; their lines, columns and"
            f" reasons are in {path}"
        )
    if loaded.rows < source.minimum_rows:
        raise DataRefused(
            f"{source.domain}.{source.name}: {loaded.rows} rows, fewer than the {source.minimum_rows}"
            f" expected: the last good file stands; check {' or '.join(source.places)}"
        )


def _changed_meanwhile(source: Source, objects: Sequence[LakeObject], lake: Lake) -> None:
    """Refuse for now what somebody replaced while it was read: the rows could be of two editions."""
    if [(item.name, item.etag) for item in lake.find(source)] != [(item.name, item.etag) for item in objects]:
        raise Temporary(
            f"{source.domain}.{source.name} was replaced or taken away at its source while it was read: run"
            " again"
        )


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


def _rejects_file(target: Path) -> Path:
    return target.with_suffix(".rejects.csv")
