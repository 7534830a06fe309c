"""Compare two releases of the clean file, mart by mart: columns, rows by the grain, totals, and what changed
behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from jobs.errors import DataRefused
from jobs.settings import Settings
from jobs.sql import identifier, literal
from jobs.storage.files import read_certificate
from jobs.storage.session import attach, connect

_SUMMED = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
_AVERAGED = ("DOUBLE", "FLOAT")


@dataclass(frozen=True)
class Total:
    """One measure in both releases; `kind` is sum for counts, avg for shares and rates."""

    column: str
    kind: str
    before: float | None
    after: float | None

    @property
    def percent(self) -> float | None:
        """Give the change in percent; None where there was nothing before."""
        return (
            None
            if not self.before or self.after is None
            else 100 * (self.after - self.before) / abs(self.before)
        )


@dataclass
class MartDiff:
    """What moved in one table; `rows` before and after, None where the table is not there."""

    table: str
    rows: tuple[int | None, int | None]
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    columns_retyped: list[str] = field(default_factory=list)
    grain: list[str] = field(default_factory=list)
    rows_added: int = 0
    rows_removed: int = 0
    rows_changed: int | None = 0
    changed_in: dict[str, int] = field(default_factory=dict)
    totals: list[Total] = field(default_factory=list)
    models: list[str] | None = None
    sources: list[str] | None = None

    @property
    def moved(self) -> bool:
        shape = self.columns_added or self.columns_removed or self.columns_retyped or None in self.rows
        return bool(shape or self.rows_added or self.rows_removed or self.rows_changed)


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
    done = MartDiff(
        table, (_count(connection, "before", table, old), _count(connection, "after", table, new))
    )
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
        and all(_unique(connection, name, table, done.grain) for name in ("before", "after"))
    ):
        _by_grain(connection, done, [name for name in shared if name not in done.grain])
    else:
        done.grain = []
        _whole_rows(connection, done, shared)
    if done.moved:
        done.totals = _totals(
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


def _count(
    connection: duckdb.DuckDBPyConnection, database: str, table: str, shape: dict[str, str] | None
) -> int | None:
    if shape is None:
        return None
    return int(
        connection.execute(f"SELECT count(*) FROM {identifier(database, 'main', table)}").fetchall()[0][0]
    )


def _unique(connection: duckdb.DuckDBPyConnection, database: str, table: str, grain: list[str]) -> bool:
    names = ", ".join(identifier(name) for name in grain)
    query = (
        f"SELECT 1 FROM {identifier(database, 'main', table)} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"
    )
    return connection.execute(query).fetchone() is None


def _by_grain(connection: duckdb.DuckDBPyConnection, done: MartDiff, values: list[str]) -> None:
    here = "zlv_is_here"
    on = " AND ".join(
        f"b.{identifier(name)} IS NOT DISTINCT FROM a.{identifier(name)}" for name in done.grain
    )
    both = f"b.{here} AND a.{here}"
    differs = [f"b.{identifier(name)} IS DISTINCT FROM a.{identifier(name)}" for name in values]
    counts = [
        f"count(*) FILTER (a.{here} AND b.{here} IS NULL)",
        f"count(*) FILTER (b.{here} AND a.{here} IS NULL)",
    ]
    counts += [f"count(*) FILTER ({both} AND ({' OR '.join(differs) or 'false'}))"]
    counts += [f"count(*) FILTER ({both} AND {each})" for each in differs]
    sides = [
        f"(SELECT *, true AS {here} FROM {identifier(name, 'main', done.table)}) AS {name[0]}"
        for name in ("before", "after")
    ]
    found = connection.execute(
        f"SELECT {', '.join(counts)} FROM {sides[0]} FULL JOIN {sides[1]} ON {on}"
    ).fetchall()[0]
    done.rows_added, done.rows_removed, done.rows_changed = found[:3]
    done.changed_in = {name: count for name, count in zip(values, found[3:], strict=True) if count}


def _whole_rows(connection: duckdb.DuckDBPyConnection, done: MartDiff, shared: list[str]) -> None:
    names = ", ".join(identifier(name) for name in shared) or literal(1)
    sides = {
        name: f"SELECT {names} FROM {identifier(name, 'main', done.table)}" for name in ("before", "after")
    }
    for one, other, into in (("after", "before", "rows_added"), ("before", "after", "rows_removed")):
        query = f"SELECT count(*) FROM ({sides[one]} EXCEPT ALL {sides[other]})"
        setattr(done, into, int(connection.execute(query).fetchall()[0][0]))
    done.rows_changed = None


def _totals(connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str]) -> list[Total]:
    measures = {
        name: "sum" for name, type_ in types.items() if type_ in _SUMMED or type_.startswith("DECIMAL")
    }
    measures |= {name: "avg" for name, type_ in types.items() if type_ in _AVERAGED}
    if not measures:
        return []
    chosen = ", ".join(f"CAST({kind}({identifier(name)}) AS DOUBLE)" for name, kind in measures.items())
    sides = [
        connection.execute(f"SELECT {chosen} FROM {identifier(side, 'main', table)}").fetchall()[0]
        for side in ("before", "after")
    ]
    found = [Total(name, kind, b, a) for (name, kind), b, a in zip(measures.items(), *sides, strict=True)]
    return [total for total in found if total.before != total.after]
