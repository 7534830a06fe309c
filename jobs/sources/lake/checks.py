"""Check what came of a source before it replaces anything: broken lines, rows, years."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from jobs.catalog import Source
from jobs.errors import DataRefused
from jobs.sources.lake.objects import LakeObject
from jobs.sources.lake.place import shown_place, shown_places
from jobs.sources.lake.readers import Reading
from jobs.sources.lake.rejects import Reject, write_csv
from jobs.sql import identifier
from jobs.storage.session import view_columns

_YEAR = re.compile(r"LOCOMVAC(\d{2})_", re.IGNORECASE)
# Of a few rows, a few more or less say nothing.
FEW = 10


@dataclass
class Loaded:
    """What came of one source; `accepted` says how far its rows are off, where somebody gave the reason."""

    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    broken: int = 0
    uncounted: bool = False
    drift: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def add(self, item: LakeObject, reading: Reading) -> None:
        """Count what one object gave."""
        self.rows += reading.rows
        self.broken += reading.broken
        self.uncounted |= reading.uncounted
        self.rejects += reading.rejects
        self.hints += reading.hints
        facts = {"name": item.name, "etag": item.etag, "place": shown_place(item.url), "bytes": item.size}
        self.objects.append({**facts, "rows": reading.rows, "rejects": reading.broken})


def check(
    source: Source, target: Path, loaded: Loaded, before: dict[str, Any] | None, accept_rows: str | None
) -> None:
    """Refuse too many broken lines, too few rows, and rows far from those of the file before or from the
    total of the millésime, unless `accept_rows` says why they are right."""
    _check_rejects(source, target, loaded)
    name = f"{source.domain}.{source.name}"
    if loaded.rows < source.minimum_rows:
        raise DataRefused(
            f"{name}: {loaded.rows} rows, fewer than the {source.minimum_rows} expected: the last good file"
            f" stands; check {shown_places(source)}"
        )
    off = far_off(source, loaded.rows + loaded.broken, before)
    if off and accept_rows is None:
        raise DataRefused(
            f"{name}: {'; '.join(off)}: the file is delivered in part, twice, or for another year; the last"
            " good file stands; deliver it again, or, if it is right, load with --accept-rows and the reason"
        )
    loaded.accepted = off
    if source.expected and not off and (lines := loaded.rows + loaded.broken) != source.expected.lines:
        loaded.drift.append(f"{lines} lines, {source.expected.lines} expected of this millésime")


def far_off(source: Source, lines: int, before: dict[str, Any] | None) -> list[str]:
    """Say how the lines of a file are far from the total of its millésime, or from the file before it."""
    found = []
    expected = source.expected
    if expected and abs(lines - expected.lines) > expected.tolerance * expected.lines:
        found.append(
            f"{lines} lines, {expected.lines} expected of this millésime (±{expected.tolerance:.1%})"
        )
    last = int((before or {}).get("rows") or 0) + int((before or {}).get("rejects") or 0)
    band = source.rows
    outside = lines < band.least * last or (band.most is not None and lines > band.most * last)
    if last and outside and abs(lines - last) >= FEW:
        bounds = f"{band.least:g} to {band.most:g}" if band.most is not None else f"at least {band.least:g}"
        found.append(
            f"{lines} lines, {last} in the file before ({lines / last:.2f} times, expected {bounds})"
        )
    return found


def check_years(
    source: Source, item: LakeObject, table: str, connection: duckdb.DuckDBPyConnection
) -> list[str]:
    """Tell lines of another year than the millésime, or than the year in the object's name.

    Raises DataRefused when most are: the file is another year's.
    """
    several = source.is_several
    year = (year_of(item.name) if several else None) or source.millesime
    column = source.year_of_line
    if year is None or column not in {each.name for each in view_columns(source)}:
        return []
    value = f"TRY_CAST({identifier(column)} AS INTEGER)"
    query = (
        f"SELECT count(*) FILTER ({value} <> ?), count({value}), mode({value}) FROM {table}"
        f"{' WHERE file_name = ?' if several else ''}"
    )
    values: list[Any] = [year, item.name] if several else [year]
    other, total, most = connection.execute(query, values).fetchall()[0]
    if 2 * other > total:
        raise DataRefused(
            f"{source.domain}.{source.name}: {other} of {total} lines of {item.name} are of another year than"
            f" {year}, most of {most}: the last good file stands; look which year's file lies at"
            f" {shown_places(source)}"
        )
    place = "its name's" if several and year_of(item.name) else f"{year}"
    return [f"{item.name} holds {other} lines of another year than {place}"] if other else []


def year_of(name: str) -> int | None:
    """Read the year in the name of an object of several."""
    found = _YEAR.search(name)
    return 2000 + int(found[1]) if found else None


def rejects_file(target: Path) -> Path:
    """Name the file beside a raw file that keeps the rejects of a refused load."""
    return target.with_suffix(".rejects.csv")


def _check_rejects(source: Source, target: Path, loaded: Loaded) -> None:
    total = loaded.rows + loaded.broken
    if not loaded.uncounted and loaded.broken <= source.rejects_threshold * total:
        return
    path = rejects_file(target)
    write_csv(path, loaded.rejects)
    share = (
        f"of {total} lines are broken ({loaded.broken / total:.1%}, more than the"
        f" {source.rejects_threshold:.1%} allowed)"
    )
    count = f"more than {loaded.broken} lines are broken" if loaded.uncounted else f"{loaded.broken} {share}"
    hints = "".join(f"; {hint}" for hint in dict.fromkeys(loaded.hints))
    raise DataRefused(
        f"{source.domain}.{source.name}: {count}{hints}: the last good file stands; their lines, columns and"
        f" reasons are in {path}"
    )
