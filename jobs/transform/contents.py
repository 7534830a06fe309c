"""Name what a source or a table holds: rows whatever their order, and the columns that readers bind to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from jobs.catalog import Catalog, Source
from jobs.errors import DataRefused
from jobs.settings import Settings
from jobs.sql import identifier
from jobs.storage.damage import damaged
from jobs.storage.files import read_certificates
from jobs.storage.fingerprint import content_fingerprint, declaration_fingerprint
from jobs.storage.session import view_columns
from jobs.transform.graph import Defined, digest

ABSENT = "absent"


@dataclass(frozen=True)
class Content:
    """What a relation shows: `shape` names its columns and their types, `rows` its content."""

    shape: str
    rows: str

    @property
    def whole(self) -> str:
        return f"{self.shape}:{self.rows}"


@dataclass(frozen=True)
class SourceContent:
    """A source as its raw file's certificate has it; `place` tells one writing of that file from another."""

    content: Content
    place: str
    certified: bool


def source_contents(settings: Settings, catalog: Catalog) -> dict[str, SourceContent]:
    """Read what every source holds from the certificates, by dbt's name of the source; no row is read."""
    places = [(source, settings.raw_file(source.domain, source.name)) for source in catalog.sources]
    certificates = read_certificates(path for _, path in places)
    return {
        f"source.zlv.{source.domain}.{source.name}": _certified(source, path, certificates.get(path, {}))
        for source, path in places
    }


def _certified(source: Source, path: Path, certificate: Mapping[str, Any]) -> SourceContent:
    facts = _facts(source, certificate)
    shape = digest([(column.name, column.type) for column in view_columns(source)])
    if not facts:
        return SourceContent(Content(shape, ABSENT), ABSENT, certified=True)
    stat = path.stat()
    same = facts.get("declaration") == declaration_fingerprint(source)
    rows = str(facts.get("fingerprint"))
    return SourceContent(Content(shape, rows), f"{stat.st_size}-{stat.st_mtime_ns}", certified=same)


def _facts(source: Source, certificate: Mapping[str, Any]) -> Mapping[str, Any]:
    if not source.is_production:
        return certificate
    told: Mapping[str, Any] = certificate.get("tables", {}).get(source.name, {})
    return told


def measured_source(
    connection: duckdb.DuckDBPyConnection, settings: Settings, source: Source, said: SourceContent
) -> SourceContent:
    """Read all rows of a source that the session shows, and hold its certificate to them.

    Raises DataRefused (65) where the file holds other rows than its certificate says.
    """
    columns = [identifier(column.name) for column in view_columns(source)]
    found = content_fingerprint(connection, identifier(source.domain, "main", source.name), columns)
    if said.certified and found != said.content.rows:
        path = settings.raw_file(source.domain, source.name)
        raise damaged(path, f"holds other rows of {source.name} than its own certificate says")
    content = Content(said.content.shape, found)
    return SourceContent(content, said.place, certified=True)


def measured_tables(connection: duckdb.DuckDBPyConnection, nodes: Iterable[Defined]) -> dict[str, Content]:
    """Read all rows of the tables that nodes made, and the columns of the views; what is not there has no
    content."""
    query = (
        "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE database_name = ? AND"
        " schema_name = ? AND table_name = ? ORDER BY column_index"
    )
    found = {}
    for node in nodes:
        if node.relation is None:
            continue
        columns = connection.execute(query, list(node.relation)).fetchall()
        if columns:
            names = [identifier(str(name)) for name, _, _ in columns]
            table = identifier(*node.relation)
            rows = content_fingerprint(connection, table, names) if node.is_table else ""
            found[node.id] = Content(digest(columns), rows)
    return found


def content_of_view(shape: str, parts: str, reads: Mapping[str, Content]) -> Content:
    """Name what a view of that shape shows by its definition and by what it reads."""
    return Content(shape, digest(parts, [(id_, content.whole) for id_, content in sorted(reads.items())]))


def made_otherwise(names: Iterable[str]) -> DataRefused:
    """Say which tables a build from nothing made otherwise than the builds of what changed."""
    told = ", ".join(sorted(names))
    return DataRefused(
        f"built anew from the same sources and code, {told} came out with other rows than in the warehouse:"
        " nothing is replaced; the next build makes everything anew"
    )
