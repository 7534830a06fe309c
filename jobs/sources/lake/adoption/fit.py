"""Hold what an object shows against what the catalog declares of a source."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.catalog import FileLayout, Source
from jobs.sources.lake.adoption.sight import Looked
from jobs.sources.lake.form import declared_form, found_form, records
from jobs.sources.lake.layouts import fitting, stands
from jobs.sources.lake.likeness import looks_like, plain

# Lines at the beginning of a file whose year is looked at.
LINES = 50
SHOWN = 5
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Fit:
    """What fits and what does not: the layout that the header shows, the delimiter, sentences."""

    layout: str = ""
    delimiter: str = ""
    misfits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def fit(source: Source, looked: Looked, known: Sequence[Source]) -> Fit:
    """Say whether a source's loader would read the object, and why not."""
    names, rows, delimiter = list(looked.names), list[list[str]](), ""
    misfits, notes = [], []
    if looked.format == "csv":
        form = found_form(source, looked.text)
        names, delimiter = next(records(looked.text, form), []), form.delimiter
        rows = _rows(looked.text, form.delimiter, form.quote)
        declared = declared_form(source, looked.text)
        if (declared.delimiter, declared.quote) != (form.delimiter, form.quote):
            misfits.append(f"is written with {form}, and the catalog says {declared}; correct format there")
        if source.format.encoding not in (None, looked.encoding):
            notes.append(f"is written in {looked.encoding}, and the catalog says {source.format.encoding}")
    layout = fitting(source, names)
    missing = _missing(layout, names)
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        likely = looks_like(source, names, known)
        misfits.append(
            f"lacks the required columns {', '.join(missing[:SHOWN])}{more} of {source.name}{likely};"
            " correct the file, or the catalog if the layout has changed"
        )
    years = _years(source, layout, names, rows)
    if source.millesime and years and source.millesime not in years:
        misfits.append(
            f"its lines are of {', '.join(map(str, sorted(years)))}, and this is the place of"
            f" {source.millesime}; put it at that of its year"
        )
    return Fit(layout.name if source.layouts else "", delimiter, tuple(misfits), tuple(notes))


def likeliest(sources: Sequence[Source], key: str, looked: Looked) -> Source | None:
    """Find the source of an object that lies at no declared place: its columns are all there and, of several
    years, its own lines or its key name the year."""
    best: tuple[tuple[bool, bool, float], Source] | None = None
    for source in sources:
        names, rows = list(looked.names), list[list[str]]()
        if looked.format == "csv":
            form = found_form(source, looked.text)
            names = next(records(looked.text, form), [])
            rows = _rows(looked.text, form.delimiter, form.quote)
        layout = fitting(source, names)
        required = [column for column in layout.columns if column.required]
        if not required or _missing(layout, names):
            continue
        there = {plain(name) for name in names}
        share = sum(stands(column, there) for column in layout.columns) / max(len(layout.columns), len(names))
        years = _years(source, layout, names, rows)
        named = {int(year) for year in _YEAR.findall(key)}
        rank = (source.millesime in years, source.millesime in named, share)
        if best is None or rank > best[0]:
            best = (rank, source)
    return best[1] if best else None


def _missing(layout: FileLayout, names: Sequence[str]) -> list[str]:
    there = {plain(name) for name in names}
    return [column.header_name for column in layout.columns if column.required and not stands(column, there)]


def _rows(text: str, delimiter: str, quote: str) -> list[list[str]]:
    """Read the lines below the header; the last may be cut."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(
        lines,
        delimiter=delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows = []
    for row in reader:
        if row:
            rows.append(row)
        if len(rows) > LINES:
            break
    return rows[1:-1] if len(rows) > 2 else rows[1:]


def _years(source: Source, layout: FileLayout, names: Sequence[str], rows: list[list[str]]) -> set[int]:
    """Find the years that the first lines say they are of."""
    wanted = next((column for column in layout.columns if column.name == source.year_of_line), None)
    if wanted is None:
        return set()
    texts = {plain(text) for text in wanted.header_names}
    place = next((at for at, name in enumerate(names) if plain(name) in texts), None)
    if place is None:
        return set()
    found = (row[place].strip().split(".")[0] for row in rows if len(row) > place)
    return {int(year) for year in found if _YEAR.fullmatch(year)}
