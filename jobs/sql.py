"""Escape values and names for SQL: the one place that does."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

# DuckDB's whole numbers, as it names their types.
INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)


def literal(value: str | int | float | bool | Decimal | Path | None) -> str:
    """Write a value as an SQL literal, for the places where DuckDB takes no parameter."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    text = str(value)
    if "\0" in text:
        raise ValueError("a text with a NUL character cannot be written in SQL")
    return "'" + text.replace("'", "''") + "'"


def identifier(*parts: str) -> str:
    """Write a possibly qualified name, each part quoted."""
    if any("\0" in part or not part for part in parts):
        raise ValueError("a name is never empty and holds no NUL character")
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
