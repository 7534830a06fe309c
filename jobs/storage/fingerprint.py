"""Name a source's declaration and a table's content, so that what is unchanged is known as such."""

from __future__ import annotations

import hashlib
import json

import duckdb

from jobs.catalog import Source
from jobs.privacy.treatments import output_columns

# Raise when the same declaration is read in another way: every raw file is then loaded again.
READING = 2


def declaration_fingerprint(source: Source) -> str:
    """Name what decides the content of a raw table: where it lies, how it is read, what the policy leaves of
    it."""
    facts = {
        "reading": READING,
        "source": source.model_dump(
            mode="json", include={"places", "format", "minimum_rows", "rejects_threshold"}
        ),
        "columns": [[c.name, c.type, c.header_names, c.required] for c in source.columns_read],
        "layouts": [
            [layout.name, [[c.name, c.header_names] for c in layout.columns_read]]
            for layout in source.layouts
        ],
        "outputs": [[c.name, c.type, c.expression] for c in output_columns(source)],
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def content_fingerprint(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> str:
    """Name a table's rows whatever their order: count, exclusive or, and sum of the rows' hashes.

    `table` and `columns` come escaped. DuckDB's hash is the same for a value within one line (1.5);
    the sum tells doubled rows, which cancel out in the exclusive or.
    """
    row = f"hash({', '.join(columns)})" if columns else "0::UBIGINT"
    query = (
        f"SELECT count(*), coalesce(bit_xor(h), 0), coalesce(sum(h & 4294967295), 0) FROM (SELECT {row} AS h"
        f" FROM {table})"
    )
    count, both, total = connection.execute(query).fetchall()[0]
    return f"{count}-{both:016x}-{int(total):x}"
