"""Write the SQL that reads a CSV object: types from the catalog, nothing guessed, what is dropped left
unread."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.sources.lake import scan
from jobs.sources.lake.header import Layout
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
    values = {c.name: _value(identifier(c.name), c.type) for c in there}
    conditions = []
    if any(column.required for column in there):
        conditions.append(f"({' OR '.join(f'{identifier(c.name)} IS NOT NULL' for c in there)})")
    if numbered and (faults := _no_integers(source, layout)):
        conditions.append(f"NOT ({' OR '.join(faults.values())})")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return scan.rows(source, values, _read_csv(source, layout, path, rejects, numbered)) + where


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
        name: _READ_AS.get(c.type, c.type) if c is not None and c.is_read else "VARCHAR"
        for name, c in layout.columns
    }
    blanks = (" " * width for width in range(ALL_BLANKS if rejects else USUAL_BLANKS))
    options = {
        "header": "true",
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
    """Say per whole-number column when its value, read as `_READ_AS` says, is no whole number of its type."""
    bounds = {"INTEGER": 2**31, "BIGINT": 2**63}
    there = {c.name: c.type for c in source.columns_read if c.name in layout.texts and c.type in bounds}
    return {
        name: (
            f"coalesce(({identifier(name)} - trunc({identifier(name)}) <> 0 OR abs({identifier(name)}) >="
            f" {bounds[type_]}) AND NOT isnan(CAST({identifier(name)} AS DOUBLE)), false)"
        )
        for name, type_ in there.items()
    }


def _value(value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value, and that a whole number has no fraction."""
    if type_ in _READ_AS:
        return (
            f"CASE WHEN {value} - trunc({value}) = 0 THEN CAST({value} AS {type_}) "
            f"WHEN NOT isnan(CAST({value} AS DOUBLE)) THEN error({literal(NO_INTEGER)}) END"
        )
    return scan.value(value, type_)
