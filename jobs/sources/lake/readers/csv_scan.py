"""Write the SQL that reads a CSV object: types from the catalog, nothing guessed, what is dropped left
unread."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.sources.lake import scan
from jobs.sources.lake.header import Layout
from jobs.sources.lake.readers import written
from jobs.sources.lake.scan import ERRORS, SCANS
from jobs.sql import identifier, literal

# Fields of blanks only, as fixed-width exports pad them. Every width costs time on every value: the fast
# reading knows the usual ones, the careful one all that are met.
USUAL_BLANKS, ALL_BLANKS = 9, 65
LINE = "#line"
NO_INTEGER = "zlv: no integer"
# `1.0` is a whole number, and 1.5 must not become 2 unseen: whole numbers are read with their fraction.
_READ_AS = {"INTEGER": "DOUBLE", "BIGINT": "DECIMAL(38,18)"}
WHOLE = tuple(_READ_AS)


def rows_of_csv(
    source: Source, layout: Layout, path: str, *, rejects: bool = False, numbered: bool = False
) -> str:
    """Select the columns that are read from a CSV object, under their catalog names and types.

    Lines of nothing but delimiters hold no row. Without `rejects` the query fails at the first broken
    line. It fails with `NO_INTEGER`, or a conversion error, at a value such as 1.5 in a whole-number
    column. `numbered` objects come through a pipe, each record after its line number: there such
    lines are left out, and `no_integers` finds them.
    """
    there = [c for c in source.columns_read if c.name in layout.texts]
    values = {c.name: _value(source, identifier(c.name), c.type) for c in there}
    conditions = []
    if any(column.required for column in there):
        conditions.append(f"({' OR '.join(f'{identifier(c.name)} IS NOT NULL' for c in there)})")
    if numbered and (faults := _no_integers(source, layout)):
        conditions.append(f"NOT ({' OR '.join(faults.values())})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return scan.rows(source, values, _read_csv(source, layout, path, rejects, numbered)) + where


def has_faults(source: Source, layout: Layout) -> bool:
    """Tell whether `no_integers` has a column to look at."""
    return bool(_no_integers(source, layout))


def no_integers(source: Source, layout: Layout, path: str) -> str:
    """Select (line, columns) of numbered records with a value in a whole-number column that is none."""
    faults = _no_integers(source, layout)
    names = ", ".join(f"CASE WHEN {fault} THEN {literal(name)} END" for name, fault in faults.items())
    read = _read_csv(source, layout, path, rejects=True, numbered=True)
    return (
        f"SELECT {identifier(LINE)}, list_filter([{names}], x -> x IS NOT NULL) FROM {read} WHERE"
        f" {' OR '.join(faults.values())}"
    )


def _read_csv(source: Source, layout: Layout, path: str, rejects: bool, numbered: bool) -> str:
    form = layout.form
    types = {LINE: "BIGINT"} if numbered else {}
    types |= {
        name: _read_as(source, c.type) if c is not None and c.is_read else "VARCHAR"
        for name, c in layout.columns
    }
    blanks = (" " * width for width in range(ALL_BLANKS if rejects else USUAL_BLANKS))
    options = {
        "header": "true",
        "skip": str(source.format.skip),
        "auto_detect": "false",
        "delim": literal(form.delimiter),
        "quote": literal(form.quote),
        "escape": literal(form.escape if form.quote else ""),
        "encoding": literal("utf-8"),
        "columns": f"{{{', '.join(f'{literal(name)}: {literal(type_)}' for name, type_ in types.items())}}}",
        "nullstr": f"[{', '.join(literal(blank) for blank in blanks)}]",
    }
    if rejects:
        options |= {
            "store_rejects": "true",
            "rejects_limit": str(scan.REJECTS_LIMIT),
            "rejects_scan": literal(SCANS),
            "rejects_table": literal(ERRORS),
        }
    return f"read_csv({literal(path)}, {', '.join(f'{name} = {value}' for name, value in options.items())})"


def _no_integers(source: Source, layout: Layout) -> dict[str, str]:
    """Say per column when its value is none of its type: a whole number, read as `_READ_AS` says, or what is
    written in a way of its own."""
    bounds = {"INTEGER": 2**31, "BIGINT": 2**63}
    read = [c for c in source.columns_read if c.name in layout.texts]
    own = [c for c in read if c.type != "VARCHAR" and written.as_text(source.format, c.type)]
    there = {c.name: c.type for c in read if c.type in bounds and c not in own}
    return {c.name: written.fault(source.format, identifier(c.name), c.type) for c in own} | {
        name: (
            f"coalesce(({identifier(name)} - trunc({identifier(name)}) <> 0 OR abs({identifier(name)}) >="
            f" {bounds[type_]}) AND NOT isnan(CAST({identifier(name)} AS DOUBLE)), false)"
        )
        for name, type_ in there.items()
    }


def _read_as(source: Source, type_: str) -> str:
    return "VARCHAR" if written.as_text(source.format, type_) else _READ_AS.get(type_, type_)


def _value(source: Source, value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value, and that a whole number has no fraction."""
    if written.as_text(source.format, type_):
        own = written.value(source.format, value, type_)
        if type_ == "VARCHAR":
            return own
        wrong = written.fault(source.format, value, type_)
        return f"CASE WHEN {wrong} THEN error({literal(NO_INTEGER)}) ELSE {own} END"
    if type_ in _READ_AS:
        return (
            f"CASE WHEN {value} - trunc({value}) = 0 THEN CAST({value} AS {type_}) "
            f"WHEN NOT isnan(CAST({value} AS DOUBLE)) THEN error({literal(NO_INTEGER)}) END"
        )
    return scan.value(value, type_)
