"""Compare the years of each published table with those of the release that is shown: none goes unseen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from jobs.errors import DataRefused
from jobs.releases.release import current_release, release_file
from jobs.settings import Settings
from jobs.sql import identifier

# How tables name the year that a row is of; a table may have a column per year instead.
COLUMNS = ("year", "annee", "data_year", "millesime")
_YEAR = re.compile(r"^(19|20)\d\d$")


@dataclass(frozen=True)
class Loss:
    """Say of one published table which years of the release that is shown it no longer has."""

    table: str
    years: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.table} no longer has {', '.join(map(str, self.years))}"


def years_of(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, set[int]]:
    """Give the years of each table of an attached release: values of its year column, or columns named by a
    year that hold something."""
    query = (
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name ="
        " 'main' AND table_name <> '_zlv' AND (list_contains(?, lower(column_name)) OR"
        " regexp_matches(column_name, ?))"
    )
    parameters = [database, list(COLUMNS), _YEAR.pattern]
    years: dict[str, set[int]] = {}
    for table, column in connection.execute(query, parameters).fetchall():
        name, value = identifier(database, "main", table), identifier(column)
        if _YEAR.match(column):
            held = connection.execute(f"SELECT count({value}) > 0 FROM {name}").fetchone()
            found = {int(column)} if held and held[0] else set()
        else:
            asked = f"SELECT DISTINCT TRY_CAST({value} AS INTEGER) FROM {name}"
            found = {int(year) for (year,) in connection.execute(asked).fetchall() if year is not None}
        years.setdefault(table, set()).update(found)
    return years


def compare_years(
    settings: Settings, connection: duckdb.DuckDBPyConnection, database: str, accepted: str | None
) -> list[Loss]:
    """Refuse a release that loses years, unless a reason to accept that is given; return what was accepted.

    `database` is the attached new release. Raises DataRefused (65), and names the table, the years and how
    to let it pass. A table that is no longer published loses nothing.
    """
    name = current_release(settings)
    path = release_file(settings.clean_dir, name) if name else None
    if path is None or not path.exists():
        return []
    before, now = _before(path), years_of(connection, database)
    losses = [
        Loss(table, tuple(sorted(years - now[table])))
        for table, years in sorted(before.items())
        if table in now and years - now[table]
    ]
    if losses and not accepted:
        more = f" (and {len(losses) - 1} tables more)" if len(losses) > 1 else ""
        raise DataRefused(
            f"{losses[0]}{more}, which the release before shows: the file of a millésime was not found or not"
            " loaded; look with `zlv status`, bring it back and build again, or, if it is right, publish with"
            " --accept-rows and the reason"
        )
    return losses


def _before(path: Path) -> dict[str, set[int]]:
    """Read the release that is shown in a session of its own: that of the new one is locked."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
        return years_of(connection, str(row[0]) if row else "")
