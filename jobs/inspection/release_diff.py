"""Compare two releases of the clean file, mart by mart: columns, rows by the grain, totals, and what changed
behind them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from jobs.errors import DataRefused
from jobs.inspection.mart_diff import MartDiff, by_grain, count, totals, unique, whole_rows
from jobs.settings import Settings
from jobs.storage.closing import close_session
from jobs.storage.files import read_certificate
from jobs.storage.session import attach, connect


def diff_releases(settings: Settings, before: Path, after: Path) -> list[MartDiff]:
    """Compare every table of two releases, in the order of their names.

    Rows are matched by the mart's grain; where neither release knows it, or it is not unique, whole rows
    are compared and a changed row is one removed and one added. `models` and `sources` behind a mart
    are None where a release was published before that was written down. Raises DataRefused for a file that is
    no release.
    """
    facts = [_facts(path) for path in (before, after)]
    with connect(settings) as connection:
        attach(connection, before, "before")
        attach(connection, after, "after")
        close_session(connection)
        shapes = [_shapes(connection, name) for name in ("before", "after")]
        return [_mart(connection, table, shapes, facts) for table in sorted({*shapes[0], *shapes[1]})]


def _facts(path: Path) -> dict[str, Any]:
    certificate = read_certificate(path)
    if certificate is None or certificate.get("kind") != "clean":
        raise DataRefused(
            f"{path} is no release that `zlv publish` wrote, or it is damaged; choose another one"
        )
    return certificate.get("origins") or {}


def _shapes(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, dict[str, str]]:
    query = (
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND"
        " table_name <> '_zlv'"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, type_ in connection.execute(
        f"{query} ORDER BY table_name, column_index", [database]
    ).fetchall():
        found.setdefault(table, {})[column] = type_
    return found


def _mart(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    shapes: list[dict[str, dict[str, str]]],
    facts: list[dict[str, Any]],
) -> MartDiff:
    old, new = (shape.get(table) for shape in shapes)
    done = MartDiff(table, (count(connection, "before", table, old), count(connection, "after", table, new)))
    done.models, done.sources = (changed_behind(table, facts, what) for what in ("models", "sources"))
    if old is None or new is None:
        return done
    done.columns_added = [name for name in new if name not in old]
    done.columns_removed = [name for name in old if name not in new]
    done.columns_retyped = [
        f"{name} ({old[name]} → {new[name]})" for name in new if name in old and old[name] != new[name]
    ]
    shared = [name for name in new if old.get(name) == new[name]]
    grain = [
        name
        for known in reversed(facts)
        if known
        for name in (known.get("marts", {}).get(table) or {}).get("grain", [])
    ]
    done.grain = list(dict.fromkeys(grain))
    if (
        done.grain
        and set(done.grain) <= set(shared)
        and all(unique(connection, name, table, done.grain) for name in ("before", "after"))
    ):
        by_grain(connection, done, [name for name in shared if name not in done.grain])
    else:
        done.grain = []
        whole_rows(connection, done, shared)
    if done.moved:
        done.totals = totals(
            connection, table, {name: new[name] for name in shared if name not in done.grain}
        )
    return done


def changed_behind(table: str, facts: list[dict[str, Any]], what: str) -> list[str] | None:
    """Name the models, or the sources, behind a mart that are not the same in both releases; None when that
    is not known."""
    behind = [(known.get("marts", {}).get(table) or {}).get(what) for known in facts]
    if behind[0] is None or behind[1] is None:
        return None
    states: list[Mapping[str, Any]] = [known.get(what, {}) for known in facts]
    return [
        name for name in sorted({*behind[0], *behind[1]}) if _differ(states[0].get(name), states[1].get(name))
    ]


def _differ(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Compare a source by its content and a model by the SQL that ran, each where both releases know it."""
    if before is None or after is None:
        return before is not after
    for known in ("content", "sql"):
        if before.get(known) and after.get(known):
            return bool(before[known] != after[known])
    compared = ("code", "objects", "rows", "day")
    return any(before.get(name) != after.get(name) for name in compared)
