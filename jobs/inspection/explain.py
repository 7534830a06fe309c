"""Take one cell of a mart back to the models, the filters and the sources behind it: counts, never
persons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb

from jobs.catalog import Catalog
from jobs.errors import DataRefused, SettingsError, WrongUsage
from jobs.inspection.condition import Part, filters_of, parts_of
from jobs.inspection.nearest import closest
from jobs.inspection.said import tests
from jobs.inspection.session import open_read_only
from jobs.releases.origins import grain_of, loaded_sources, read_manifest, upstream
from jobs.settings import Settings
from jobs.sql import identifier

# A condition is never tried on columns that say who somebody is.
_CLOSED = ("direct", "free_text")


@dataclass(frozen=True)
class Step:
    """One model or source behind a mart: its rows, and how many of them meet the part of the condition that
    it has columns for."""

    name: str
    kind: str
    distance: int
    rule: str
    rows: int
    matching: int | None
    matched_on: list[str]
    filters: list[str] = field(default_factory=list)
    loaded: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """One row of a mart, or how many rows a condition takes, and all that is behind it, nearest first."""

    mart: str
    rule: str
    source_of_rule: str
    owner: str
    grain: list[str]
    rows: int
    row: dict[str, Any] | None
    columns: dict[str, str]
    steps: list[Step]
    tests: dict[str, str]


def explain_mart(
    settings: Settings, catalog: Catalog, mart: str, where: str, only: tuple[str, ...] = ()
) -> Explanation:
    """Explain the rows of a published mart that a condition takes, or some columns of them.

    The values of the row are given where there is exactly one. Raises WrongUsage (2) for a mart, a column
    or a condition that is none, DataRefused (65) where nothing was built yet.
    """
    manifest = read_manifest(settings)
    if not manifest or not settings.warehouse_file.exists():
        raise DataRefused("there is no warehouse yet; run `zlv build` first")
    node = manifest["nodes"][_node_of(manifest, catalog, mart)]
    parts = parts_of(where)
    known = list(node["columns"])
    for name in [*(column for part in parts for column in sorted(part.columns)), *only]:
        if name not in known:
            raise SettingsError(f"{mart} has no column {name}; {closest(name, known)}")
    with open_read_only(settings, catalog) as connection:
        _require_built(connection, node)
        rows = _count(connection, node["relation_name"], parts)
        row = _row(connection, node["relation_name"], parts, list(only) or known) if rows == 1 else None
        steps = _steps(settings, catalog, connection, manifest, node, parts)
    meta = node["config"].get("meta") or {}
    return Explanation(
        mart=mart,
        rule=_line(node["description"]),
        source_of_rule=_line(str(meta.get("source_of_rule") or "")),
        owner=str(meta.get("owner") or ""),
        grain=grain_of(node),
        rows=rows,
        row=row,
        columns={name: _line(node["columns"][name]["description"]) for name in only or known},
        steps=steps,
        tests=tests(settings, manifest, node["unique_id"]),
    )


def _require_built(connection: duckdb.DuckDBPyConnection, node: dict[str, Any]) -> None:
    query = (
        "SELECT 1 FROM duckdb_tables()"
        " WHERE database_name = 'warehouse' AND schema_name = ? AND table_name = ?"
    )
    if not connection.execute(query, [node["schema"], node["alias"]]).fetchall():
        raise DataRefused(f"the warehouse has no {node['name']}: it was built in part; run `zlv build`")


def _node_of(manifest: dict[str, Any], catalog: Catalog, mart: str) -> str:
    published = {name: p.mart for p in catalog.publications for name in (p.public_name, p.mart)}
    for id_, node in manifest["nodes"].items():
        if node["resource_type"] == "model" and node["name"] == published.get(mart):
            return str(id_)
    raise SettingsError(
        f"{mart} is no table of the clean file;"
        f" {closest(mart, sorted({p.public_name for p in catalog.publications}))}"
    )


def _steps(
    settings: Settings,
    catalog: Catalog,
    connection: duckdb.DuckDBPyConnection,
    manifest: dict[str, Any],
    mart: dict[str, Any],
    parts: list[Part],
) -> list[Step]:
    loaded = loaded_sources(settings, catalog)
    found = []
    for id_, distance in sorted(
        upstream(manifest, mart["unique_id"]).items(), key=lambda item: (item[1], item[0])
    ):
        node = manifest["nodes"].get(id_) or manifest["sources"].get(id_)
        if node is None or node["resource_type"] not in ("model", "seed", "source"):
            continue
        is_source = node["resource_type"] == "source"
        name = f"{node['source_name']}.{node['name']}" if is_source else node["name"]
        classes = {column: _privacy(facts) for column, facts in node["columns"].items()}
        there = {str(row[0]) for row in connection.execute(f"DESCRIBE {node['relation_name']}").fetchall()}
        open_ = {column for column in there if classes.get(column, "") not in _CLOSED}
        matched = [part for part in parts if part.columns <= open_]
        found.append(
            Step(
                name=name,
                kind=node["resource_type"],
                distance=distance,
                rule=_line(node.get("description") or ""),
                rows=_count(connection, node["relation_name"], []),
                matching=_matching(connection, node["relation_name"], matched) if matched else None,
                matched_on=[part.sql for part in matched],
                filters=(
                    filters_of(node["compiled_code"])
                    if node["resource_type"] == "model" and node.get("compiled_code")
                    else []
                ),
                loaded=loaded.get(name, {}) if is_source else {},
            )
        )
    return found


def _privacy(column: dict[str, Any]) -> str:
    return str(((column.get("config") or {}).get("meta") or column.get("meta") or {}).get("privacy") or "")


def _where(parts: list[Part]) -> str:
    return " AND ".join(part.sql for part in parts) or "true"


def _count(connection: duckdb.DuckDBPyConnection, relation: str, parts: list[Part]) -> int:
    try:
        return int(
            connection.execute(f"SELECT count(*) FROM {relation} WHERE {_where(parts)}").fetchall()[0][0]
        )
    except duckdb.Error as error:
        raise WrongUsage(f"--where does not fit the columns: {str(error).splitlines()[0]}") from None


def _matching(connection: duckdb.DuckDBPyConnection, relation: str, parts: list[Part]) -> int | None:
    """Count what meets the condition; None where a column of the same name has another type there."""
    try:
        return _count(connection, relation, parts)
    except WrongUsage:
        return None


def _row(
    connection: duckdb.DuckDBPyConnection, relation: str, parts: list[Part], columns: list[str]
) -> dict[str, Any]:
    chosen = ", ".join(identifier(name) for name in columns)
    values = connection.execute(f"SELECT {chosen} FROM {relation} WHERE {_where(parts)}").fetchall()[0]
    return dict(zip(columns, values, strict=True))


def _line(text: str) -> str:
    return " ".join(text.split())
