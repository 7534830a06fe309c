"""Say what values that fit no type are likely to be: DuckDB's messages quote them, ours do not."""

from __future__ import annotations

import duckdb

from jobs.sources.lake.scan import ERRORS
from jobs.sql import literal

_HINTS = (
    (r"\s*[+-]?[\d ]*\d,\d+\s*", "most of their values have a decimal comma"),
    (r"\s*[+-]?\d{1,3}( \d{3})+([.,]\d+)?\s*", "most of their values have blanks between thousands"),
    (r"\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\s*", "most of their values are days written dd/mm/yyyy"),
)


def hints(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Look at the values that the last scan could not cast; a hint at each form that most of them have."""
    quoted = [f'string "{pattern}" to' for pattern, _ in _HINTS]
    counts = ", ".join(
        f"count(*) FILTER (regexp_matches(error_message, {literal(pattern)}))" for pattern in quoted
    )
    query = f"SELECT count(*), {counts} FROM {ERRORS} WHERE error_type::VARCHAR = 'CAST'"
    total, *found = connection.execute(query).fetchall()[0]
    return [hint for (_, hint), count in zip(_HINTS, found, strict=True) if count * 2 > total]
