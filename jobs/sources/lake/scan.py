"""Write the SQL that reads one object: types from the catalog, nothing guessed, what is dropped left
unread."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.privacy.treatments import output_columns
from jobs.sources.lake.header import Layout
from jobs.sql import identifier, literal

# An object with more faults than this (several may be of one line) is refused whatever its size.
REJECTS_LIMIT = 2_000_000
SCANS, ERRORS = "zlv_reject_scans", "zlv_reject_errors"
# Fields of blanks only, as fixed-width exports pad them; longer ones are caught in text columns by `_value`.
BLANKS = [" " * width for width in range(9)]
LINE = "#line"
NO_INTEGER = "zlv: no integer"
# `1.0` is a whole number, and 1.5 must not become 2 unseen: whole numbers are read with their fraction.
_READ_AS = {"INTEGER": "DOUBLE", "BIGINT": "DECIMAL(38,3)"}
WHOLE = tuple(_READ_AS)


def rows_of_csv(source: Source, layout: Layout, path: str, *, numbered: bool = False) -> str:
    """Select the columns that are read from a CSV object, under their catalog names and types.

    The query fails with `NO_INTEGER`, or a conversion error, at a value such as 1.5 in a whole-number
    column. `numbered` objects come through a pipe, each record after its line number: there such
    lines are left out, and `no_integers` finds them.
    """
    values = {
        c.name: _value(identifier(c.name), c.type) for c in source.columns_read if c.name in layout.texts
    }
    whole = (
        f" WHERE NOT ({' OR '.join(_no_integers(source, layout).values())})"
        if numbered and _no_integers(source, layout)
        else ""
    )
    return _rows(source, values, _read_csv(source, layout, path, numbered=numbered)) + whole


def no_integers(source: Source, layout: Layout, path: str) -> str:
    """Select (line, columns) of numbered records with a value in a whole-number column that is none."""
    faults = _no_integers(source, layout)
    names = ", ".join(f"CASE WHEN {fault} THEN {literal(name)} END" for name, fault in faults.items())
    scan = _read_csv(source, layout, path, numbered=True)
    return (
        f"SELECT {identifier(LINE)}, list_filter([{names}], x -> x IS NOT NULL) FROM {scan} WHERE"
        f" {' OR '.join(faults.values())}"
    )


def _read_csv(source: Source, layout: Layout, path: str, *, numbered: bool) -> str:
    form = source.format
    types = {LINE: "BIGINT"} if numbered else {}
    types |= {
        name: _READ_AS.get(c.type, c.type) if c is not None and c.is_read else "VARCHAR"
        for name, c in layout.columns
    }
    options = {
        "header": "true",
        "auto_detect": "false",
        "delim": literal(form.delimiter),
        "quote": literal(form.quote),
        "escape": literal(form.escape if form.quote else ""),
        "encoding": literal(layout.encoding),
        "columns": f"{{{', '.join(f'{literal(name)}: {literal(type_)}' for name, type_ in types.items())}}}",
        "nullstr": f"[{', '.join(literal(blank) for blank in BLANKS)}]",
        "store_rejects": "true",
        "rejects_limit": str(REJECTS_LIMIT),
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


def rows_of_json(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a JSON array of objects; a key that an object lacks is NULL."""
    types = ", ".join(
        f"{literal(layout.texts[c.name])}: {literal(c.type)}"
        for c in source.columns_read
        if c.name in layout.texts
    )
    scan = f"read_json({literal(path)}, format = 'array', columns = {{{types}}})"
    return _rows(
        source,
        {
            c.name: _blank(identifier(layout.texts[c.name]), c.type)
            for c in source.columns_read
            if c.name in layout.texts
        },
        scan,
    )


def rows_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a Parquet object, each cast to its catalog type."""
    values = {
        c.name: _blank(f"CAST({identifier(layout.texts[c.name])} AS {c.type})", c.type)
        for c in source.columns_read
        if c.name in layout.texts
    }
    return _rows(source, values, f"read_parquet({literal(path)}, file_row_number = true)") + _whole(
        source, layout
    )


def faults_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select (row number from 1, column) of the values that are not of their declared type."""
    wrong = [
        f"SELECT file_row_number + 1, {literal(name)} FROM read_parquet({literal(path)}, file_row_number ="
        f" true) WHERE {fault}"
        for name, fault in _faults(source, layout).items()
    ]
    return " UNION ALL ".join(wrong) + f" ORDER BY ALL LIMIT {REJECTS_LIMIT}"


def _whole(source: Source, layout: Layout) -> str:
    faults = _faults(source, layout)
    return f" WHERE NOT ({' OR '.join(faults.values())})" if faults else ""


def _faults(source: Source, layout: Layout) -> dict[str, str]:
    there = {
        c.name: (identifier(layout.texts[c.name]), c.type)
        for c in source.columns_read
        if c.name in layout.texts
    }
    return {
        name: f"({value} IS NOT NULL AND TRY_CAST({value} AS {type_}) IS NULL)"
        for name, (value, type_) in there.items()
    }


def insertion(
    source: Source, layout: Layout, table: str, rows: str, file: tuple[str, int | None] | None
) -> str:
    """Write the insertion of rows after the policy; `file` (name, year) fills the columns of a source of
    several objects."""
    outputs = [column.select for column in output_columns(source)]
    if file is not None:
        outputs += [f"{literal(file[0])} AS file_name", f"CAST({literal(file[1])} AS INTEGER) AS file_year"]
    if source.layouts:
        outputs.append(f"{literal(layout.name)} AS file_layout")
    return f"INSERT INTO {table} SELECT {', '.join(outputs)} FROM ({rows})"


def _rows(source: Source, values: dict[str, str], scan: str) -> str:
    """Select the columns that are read: `values` gives the SQL of those that are there, the others are
    NULL."""
    columns = [
        f"{values.get(c.name, f'CAST(NULL AS {c.type})')} AS {identifier(c.name)}"
        for c in source.columns_read
    ]
    return f"SELECT {', '.join(columns) or '1'} FROM {scan}"


def _blank(value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value, where the format has types of its own."""
    return _value(value, type_) if type_ in ("VARCHAR", "DOUBLE") else value


def _value(value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value, and that a whole number has no fraction."""
    if type_ == "VARCHAR":
        # Nearly all text begins after the blank: only the rest is trimmed to see whether something is left.
        return f"CASE WHEN {value} >= '!' THEN {value} WHEN trim({value}) <> '' THEN {value} END"
    if type_ == "DOUBLE":
        return f"nullif({value}, 'nan'::DOUBLE)"
    if type_ in _READ_AS:
        return (
            f"CASE WHEN {value} - trunc({value}) = 0 THEN CAST({value} AS {type_}) "
            f"WHEN NOT isnan(CAST({value} AS DOUBLE)) THEN error({literal(NO_INTEGER)}) END"
        )
    return value
