"""Copy one table of the application: only what is read, each column in its declared type, no value moved in
silence."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from jobs.catalog import Source
from jobs.errors import DataRefused
from jobs.privacy.treatments import output_columns
from jobs.sources.production.postgres import ALIAS, relation
from jobs.sources.production.sight import Table
from jobs.sources.production.types import YEARS, Reading, differs, readings
from jobs.sql import identifier, literal
from jobs.telemetry import StageRun

NEXT = "production_next"
# What the engine raises for a value that it cannot read in the type that it was told.
UNREADABLE = (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException)
_REAL = {
    "DATE": "{{0}} >= DATE '{0:04d}-01-01' AND {{0}} <= DATE '{1}-12-31'",
    "TIMESTAMP WITH TIME ZONE": (
        "{{0}} >= TIMESTAMPTZ '{0:04d}-01-01 00:00:00+00' AND {{0}} < TIMESTAMPTZ '{1}-12-31 00:00:00+00'"
    ),
    "DOUBLE": "isfinite({{0}})",
}


class Unreadable(Exception):
    """A table whose values the fast reader does not take: it is to be read carefully, as text."""


@dataclass(frozen=True)
class Copy:
    """One table of the file: its rows, and by column the values that stand for none and are NULL there."""

    rows: int
    unreal: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """How a table is read."""

    source: Source
    readings: list[Reading]

    @property
    def rows(self) -> str:
        """Write what is read of the table: where a column is careful, by a query that the server runs."""
        if not any(reading.careful for reading in self.readings):
            return relation(self.source.table)
        asked = [
            f"{reading.asked if reading.careful else identifier(reading.name)} AS {identifier(reading.name)}"
            for reading in self.readings
            if reading.there is not None
        ]
        query = f"SELECT {', '.join(asked)} FROM {identifier('public', self.source.table)}"
        return f"postgres_query({literal(ALIAS)}, {literal(query)})"

    @property
    def select(self) -> str:
        """Write the table's columns as the raw file holds them."""
        kept = {column.raw for column in output_columns(self.source) if column.treatment == "keep"}
        read = [
            f"{_bounded(reading, kept)} AS {identifier(reading.column.name)}" for reading in self.readings
        ]
        outputs = [column.select for column in output_columns(self.source)]
        return f"SELECT {', '.join(outputs)} FROM (SELECT {', '.join(read)} FROM {self.rows})"


def plan_of(source: Source, table: Table, *, careful: bool, run: StageRun | None = None) -> Plan:
    """Plan the reading of a table, and tell what differs from its declaration as drift.

    Raises DataRefused for a list where one value is declared, or the other way round.
    """
    plan = Plan(source, readings(source.columns_read, table.columns, all_careful=careful))
    notes = []
    for reading in plan.readings:
        name = f"{source.table}.{reading.name}"
        if reading.there is None:
            notes.append(f"{name} is missing in the application; it is NULL")
        elif reading.is_list_of_another_kind:
            raise DataRefused(
                f"{name} is {reading.there} in the application and {reading.column.type} in the catalog:"
                " the last good file stands; correct the type in catalog/production.yml"
            )
        elif differs(reading.column, reading.there):
            notes.append(
                f"{name} is {reading.there} in the application and {reading.column.type} in the catalog;"
                " each value is proved to fit"
            )
    new = sorted(table.columns.keys() - {column.header_name for column in source.columns})
    if new:
        notes.append(
            f"{source.table} has new columns that the catalog does not declare and that are not read:"
            f" {', '.join(new)}"
        )
    for note in (f"drift: {note}" for note in notes):
        # An attempt after the first has the same to say.
        if run is not None and note not in run.record.notes:
            run.note(note)
    return plan


def copy_table(connection: duckdb.DuckDBPyConnection, plan: Plan, *, splits: bool) -> Copy:
    """Copy a table into the new file, in the transaction under way; `splits` reads parts of it at the same
    time.

    Raises DataRefused for a value that its declared type cannot hold, Unreadable for one that the reader
    does not take, and DuckDB's other errors as they are.
    """
    connection.execute(f"SET pg_use_ctid_scan = {'true' if splits else 'false'}")
    target = identifier(NEXT, "main", plan.source.name)
    try:
        prove(connection, plan)
        rows = int(connection.execute(f"CREATE TABLE {target} AS {plan.select}").fetchall()[0][0])
    except UNREADABLE:
        raise Unreadable(plan.source.name) from None
    return Copy(rows, _without_unreal(connection, plan, target))


def faults(connection: duckdb.DuckDBPyConnection, plan: Plan) -> list[str]:
    """List the columns that hold a value which cannot be read; each is tried in a transaction of its own."""
    found = []
    for column in output_columns(plan.source):
        read = next(each for each in plan.readings if each.column.name == column.raw)
        rows = f"SELECT {read.read} AS {identifier(column.raw)} FROM {plan.rows}"
        query = f"SELECT count({column.expression}) FROM ({rows})"
        try:
            connection.execute(query).fetchall()
        except UNREADABLE:
            found.append(f"{plan.source.table}.{read.name}")
            connection.execute("ROLLBACK; BEGIN TRANSACTION")
    return list(dict.fromkeys(found))


def prove(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Read the columns whose type differs, and count what the declared type cannot hold.

    Raises DataRefused that names the first such column.
    """
    careful = [reading for reading in plan.readings if reading.careful]
    if not careful:
        return
    counts = ", ".join(f"count(*) FILTER ({reading.lost})" for reading in careful)
    found = connection.execute(f"SELECT {counts} FROM {plan.rows}").fetchall()[0]
    for reading, count in zip(careful, found, strict=True):
        if count:
            raise DataRefused(
                f"{plan.source.table}.{reading.name} ({reading.there} in the application) holds {count}"
                f" value(s) that {reading.column.type} cannot hold as they are: the last good file stands;"
                " correct the type in catalog/production.yml"
            )


def _without_unreal(connection: duckdb.DuckDBPyConnection, plan: Plan, target: str) -> dict[str, int]:
    """Make NULL of what is no day and no number (infinity, NaN, a year that no calendar holds); count it."""
    columns = {
        column.name: f"NOT ({_real(column.type).format(identifier(column.name))})"
        for column in output_columns(plan.source)
        if column.treatment == "keep" and column.type in _REAL
    }
    if not columns:
        return {}
    counts = ", ".join(f"count(*) FILTER ({condition})" for condition in columns.values())
    found = connection.execute(f"SELECT {counts} FROM {target}").fetchall()[0]
    unreal = {name: int(count) for name, count in zip(columns, found, strict=True) if count}
    for name in unreal:
        connection.execute(f"UPDATE {target} SET {identifier(name)} = NULL WHERE {columns[name]}")
    return unreal


def _bounded(reading: Reading, kept: set[str]) -> str:
    """Give the value of a column; one that is made coarser is bounded first, since nothing shows it
    afterwards."""
    if reading.column.name in kept or reading.column.type not in _REAL:
        return reading.read
    return f"CASE WHEN {_real(reading.column.type).format(reading.read)} THEN {reading.read} END"


def _real(type_: str) -> str:
    return _REAL[type_].format(*YEARS)
