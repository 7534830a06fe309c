"""Write the SQL that all formats share: what is inserted, and what is a value of a declared type."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.privacy.treatments import output_columns
from jobs.sql import identifier, literal

# An object with more faults than this (several may be of one line) is refused whatever its size.
REJECTS_LIMIT = 2_000_000
SCANS, ERRORS = "zlv_reject_scans", "zlv_reject_errors"
WHOLE_NUMBERS = ("INTEGER", "BIGINT")
_NUMBERS = (*WHOLE_NUMBERS, "DOUBLE")


def insertion(source: Source, layout: str, table: str, rows: str, file: tuple[str, int | None] | None) -> str:
    """Write the insertion of rows after the policy; `file` (name, year) fills the columns of a source of
    several objects, `layout` (a name) that of one of several layouts."""
    outputs = [column.select for column in output_columns(source)]
    if file is not None:
        outputs += [f"{literal(file[0])} AS file_name", f"CAST({literal(file[1])} AS INTEGER) AS file_year"]
    if source.layouts:
        outputs.append(f"{literal(layout)} AS file_layout")
    return f"INSERT INTO {table} SELECT {', '.join(outputs)} FROM ({rows})"


def rows(source: Source, values: dict[str, str], scan: str) -> str:
    """Select the columns that are read: `values` gives the SQL of those that are there, the others are
    NULL."""
    columns = [
        f"{values.get(c.name, f'CAST(NULL AS {c.type})')} AS {identifier(c.name)}"
        for c in source.columns_read
    ]
    return f"SELECT {', '.join(columns) or '1'} FROM {scan}"


def value(value: str, type_: str) -> str:
    """Say that blank text and `nan` are no value."""
    if type_ == "VARCHAR":
        # Nearly all text begins after the blank: only the rest is trimmed to see whether something is left.
        return f"CASE WHEN {value} >= '!' THEN {value} WHEN trim({value}) <> '' THEN {value} END"
    if type_ == "DOUBLE":
        return f"nullif({value}, 'nan'::DOUBLE)"
    return value


def whole(text: str, type_: str) -> str:
    """Read a whole number from text, `1.0` too; NULL for anything else: a plain cast would round 1.5 to 2."""
    number = f"TRY_CAST({text} AS DECIMAL(38,18))"
    return f"CASE WHEN {number} = trunc({number}) THEN TRY_CAST(trunc({number}) AS {type_}) END"


def no_value_of(text: str, type_: str) -> str:
    """Say when text is no value of a type: blanks are none at all, nor is `nan` where a number stands."""
    cast = whole(text, type_) if type_ in WHOLE_NUMBERS else f"TRY_CAST({text} AS {type_})"
    empty = f"trim({text}) <> ''"
    if type_ in _NUMBERS:
        empty += f" AND lower(trim({text})) <> 'nan'"
    return f"coalesce({text} IS NOT NULL AND {empty} AND ({cast}) IS NULL, false)"


def as_number(name: str, column: str, count: int | None = None) -> str:
    """Tell that a column of text is one of numbers in its file: a code has lost its leading zeros there."""
    what = "holds numbers" if count is None else f"holds {count} numbers"
    return f"{name}: column {column} {what} where text is declared: leading zeros of codes are lost"
