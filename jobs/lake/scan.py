"""Write the SQL that reads one object: types from the catalog, nothing guessed, what is dropped left unread."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.lake.header import Layout
from jobs.privacy.treatments import output_columns
from jobs.sql import identifier, literal

# A file with more broken lines than this is refused whatever its size.
REJECTS_LIMIT = 1_000_000
SCANS, ERRORS = "zlv_reject_scans", "zlv_reject_errors"
# Fields of blanks only, as fixed-width exports pad them; longer ones are caught in text columns by `_value`.
BLANKS = [" " * width for width in range(9)]


def rows_of_csv(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a CSV object, under their catalog names and types."""
    form = source.format
    types = {name: column.type if column is not None and column.is_read else "VARCHAR" for name, column in layout.columns}
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
    arguments = ", ".join(f"{name} = {value}" for name, value in options.items())
    return _rows(source, {name: identifier(name) for name in layout.texts}, f"read_csv({literal(path)}, {arguments})")


def rows_of_json(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a JSON array of objects; a key that an object lacks is NULL."""
    types = ", ".join(f"{literal(layout.texts[c.name])}: {literal(c.type)}" for c in source.columns_read if c.name in layout.texts)
    scan = f"read_json({literal(path)}, format = 'array', columns = {{{types}}})"
    return _rows(source, {name: identifier(text) for name, text in layout.texts.items()}, scan)


def rows_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a Parquet object, each cast to its catalog type."""
    values = {c.name: f"CAST({identifier(layout.texts[c.name])} AS {c.type})" for c in source.columns_read if c.name in layout.texts}
    return _rows(source, values, f"read_parquet({literal(path)}, file_row_number = true)") + _whole(source, layout)


def faults_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select (row number from 1, column) of the values that are not of their declared type."""
    wrong = [
        f"SELECT file_row_number + 1, {literal(name)} FROM read_parquet({literal(path)}, file_row_number = true) WHERE {fault}"
        for name, fault in _faults(source, layout).items()
    ]
    return " UNION ALL ".join(wrong) + f" ORDER BY ALL LIMIT {REJECTS_LIMIT}"


def _whole(source: Source, layout: Layout) -> str:
    faults = _faults(source, layout)
    return f" WHERE NOT ({' OR '.join(faults.values())})" if faults else ""


def _faults(source: Source, layout: Layout) -> dict[str, str]:
    there = {c.name: (identifier(layout.texts[c.name]), c.type) for c in source.columns_read if c.name in layout.texts}
    return {name: f"({value} IS NOT NULL AND TRY_CAST({value} AS {type_}) IS NULL)" for name, (value, type_) in there.items()}


def insertion(source: Source, table: str, rows: str, file: tuple[str, int | None] | None) -> str:
    """Write the insertion of rows after the policy; `file` (name, year) fills the columns of a source of several objects."""
    outputs = [column.select for column in output_columns(source)]
    if file is not None:
        outputs += [f"{literal(file[0])} AS file_name", f"CAST({literal(file[1])} AS INTEGER) AS file_year"]
    return f"INSERT INTO {table} SELECT {', '.join(outputs)} FROM ({rows})"


def _rows(source: Source, values: dict[str, str], scan: str) -> str:
    """Select the columns that are read: `values` gives the SQL of those that are there, the others are NULL."""
    columns = [
        f"{_value(values[c.name], c.type) if c.name in values else f'CAST(NULL AS {c.type})'} AS {identifier(c.name)}"
        for c in source.columns_read
    ]
    return f"SELECT {', '.join(columns) or '1'} FROM {scan}"


def _value(value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value."""
    if type_ == "VARCHAR":
        return f"CASE WHEN trim({value}) <> '' THEN {value} END"
    return f"nullif({value}, 'nan'::DOUBLE)" if type_ == "DOUBLE" else value
