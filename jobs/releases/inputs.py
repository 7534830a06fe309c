"""Name all that an audit depends on, each by a digest: while all are equal, its verdict stands."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

import jobs
from jobs.catalog import Catalog
from jobs.privacy.declared import Documented
from jobs.privacy.report import policy_digest
from jobs.privacy.treatments import key_fingerprint
from jobs.releases.audited import publications_digest
from jobs.settings import Settings
from jobs.sql import identifier
from jobs.storage.fingerprint import file_sha256, folder_sha256
from jobs.storage.session import raw_alias

# What a certificate says of the rows of a table, and of how they came to be what they are.
_SAID = ("fingerprint", "declaration", "key")


def audit_inputs(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalog: Catalog,
    warehouse: Mapping[str, Any],
    documented: Documented,
) -> dict[str, str]:
    """Give a digest of each thing that an audit looks at or goes by.

    `connection` has the sources attached; `warehouse` is the fingerprint of the warehouse file, `documented`
    what its manifest says of the marts.
    """
    return {
        "warehouse file": _digest(warehouse),
        "raw files": _digest(_raw_contents(connection, settings, catalog)),
        "sources": _digest([source.model_dump(mode="json") for source in catalog.sources]),
        "policy": policy_digest(settings.catalog_dirs),
        "publication list": publications_digest(catalog),
        "documented classes": _digest(documented),
        "pseudonym key": key_fingerprint(settings),
        "program": _program(),
    }


def _raw_contents(
    connection: duckdb.DuckDBPyConnection, settings: Settings, catalog: Catalog
) -> dict[str, Any]:
    """Tell what each raw file holds: a new snapshot of the same rows is no change."""
    places = {raw_alias(s): settings.raw_file(s.domain, s.name) for s in catalog.sources}
    query = (
        "SELECT database_name, table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE list_contains(?, database_name) AND table_name <> '_zlv' ORDER BY ALL"
    )
    columns: dict[str, list[Any]] = {}
    for alias, *column in connection.execute(query, [list(places)]).fetchall():
        columns.setdefault(alias, []).append(column)
    return {
        alias: [_content(connection, alias, path), columns.get(alias)]
        for alias, path in sorted(places.items())
        if path.exists()
    }


def _content(connection: duckdb.DuckDBPyConnection, alias: str, path: Path) -> Any:
    """Give what a file's certificate says of its rows; one that does not say it is known by its bytes."""
    try:
        rows = connection.execute(f"SELECT name, value FROM {identifier(alias, 'main', '_zlv')}").fetchall()
        facts = {name: json.loads(value) for name, value in rows}
    except (duckdb.CatalogException, duckdb.BinderException, ValueError):
        facts = {}
    tables = facts.get("tables") or {"": facts}
    said = [{"table": name, **{fact: table.get(fact) for fact in _SAID}} for name, table in tables.items()]
    known = all(table["fingerprint"] for table in said)
    return [facts.get("key"), said] if known else file_sha256(path)


def _program() -> str:
    """Name the code that looks, and the engines that it looks with."""
    code = folder_sha256(Path(jobs.__file__).parent, "*.py")
    return _digest([duckdb.__version__, platform.python_version(), code])


def _digest(facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
