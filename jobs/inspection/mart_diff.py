"""What moved in one table between two releases, and how it is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from jobs.sql import INTEGERS, identifier, literal

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


def count(
    connection: duckdb.DuckDBPyConnection, database: str, table: str, shape: dict[str, str] | None
) -> int | None:
    if shape is None:
        return None
    return int(
        connection.execute(f"SELECT count(*) FROM {identifier(database, 'main', table)}").fetchall()[0][0]
    )


def unique(connection: duckdb.DuckDBPyConnection, database: str, table: str, grain: list[str]) -> bool:
    names = ", ".join(identifier(name) for name in grain)
    query = (
        f"SELECT 1 FROM {identifier(database, 'main', table)} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"
    )
    return connection.execute(query).fetchone() is None


def by_grain(connection: duckdb.DuckDBPyConnection, done: MartDiff, values: list[str]) -> None:
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


def whole_rows(connection: duckdb.DuckDBPyConnection, done: MartDiff, shared: list[str]) -> None:
    names = ", ".join(identifier(name) for name in shared) or literal(1)
    sides = {
        name: f"SELECT {names} FROM {identifier(name, 'main', done.table)}" for name in ("before", "after")
    }
    for one, other, into in (("after", "before", "rows_added"), ("before", "after", "rows_removed")):
        query = f"SELECT count(*) FROM ({sides[one]} EXCEPT ALL {sides[other]})"
        setattr(done, into, int(connection.execute(query).fetchall()[0][0]))
    done.rows_changed = None


def totals(connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str]) -> list[Total]:
    measures = {
        name: "sum" for name, type_ in types.items() if type_ in INTEGERS or type_.startswith("DECIMAL")
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
