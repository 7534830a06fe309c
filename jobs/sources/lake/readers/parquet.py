"""Read a Parquet object: its types are those of who wrote it, and no cast may move a value unseen."""

from __future__ import annotations

from jobs.catalog import Source
from jobs.sources.lake import scan
from jobs.sources.lake.header import Layout, match
from jobs.sources.lake.readers.reading import ObjectReader, Reading, Sight
from jobs.sql import identifier, literal

_FLOATS = ("DOUBLE", "FLOAT", "DECIMAL")
_NUMBERS = (*_FLOATS, "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")


def layout(sight: Sight) -> Layout | None:
    """Match the names of the file's columns with the declared ones."""
    query = f"SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet({literal(sight.item.url)}))"
    types = {str(name): str(type_) for name, type_ in sight.connection.execute(query).fetchall()}
    found = match(sight.source, sight.item.name, sorted(types), known=sight.known)
    found.types = {name: types[text] for name, text in found.texts.items()}
    return found


def read(reader: ObjectReader) -> Reading:
    """Insert the rows whose values have their declared types; the row number stands for the line of the
    others."""
    source, layout, url = reader.source, reader.layout, reader.item.url
    rows = reader.insert(rows_of_parquet(source, layout, url))
    query = faults_of_parquet(source, layout, url)
    faults = reader.connection.execute(query).fetchall() if query else []
    kept = [reader.reject(int(line), str(name), "CAST") for line, name in faults]
    count = len({reject.line for reject in kept})
    drift = [
        scan.as_number(reader.item.name, c.header_name)
        for c in source.columns_read
        if c.type == "VARCHAR" and layout.types.get(c.name, "").startswith(_NUMBERS)
    ]
    return Reading(rows, count, len(faults) >= scan.REJECTS_LIMIT, kept, drift=drift)


def rows_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select the columns that are read from a Parquet object, each as its catalog type."""
    values = {
        c.name: _value(identifier(layout.texts[c.name]), layout.types[c.name], c.type)
        for c in source.columns_read
        if c.name in layout.texts
    }
    faults = _faults(source, layout)
    wrong = f" WHERE NOT ({' OR '.join(faults.values())})" if faults else ""
    return scan.rows(source, values, f"read_parquet({literal(path)}, file_row_number = true)") + wrong


def faults_of_parquet(source: Source, layout: Layout, path: str) -> str:
    """Select (row number from 1, column) of the values that are not of their declared type; nothing to ask
    where the file has the declared types."""
    wrong = [
        f"SELECT file_row_number + 1, {literal(name)} FROM read_parquet({literal(path)}, file_row_number ="
        f" true) WHERE {fault}"
        for name, fault in _faults(source, layout).items()
    ]
    return f"{' UNION ALL '.join(wrong)} ORDER BY ALL LIMIT {scan.REJECTS_LIMIT}" if wrong else ""


def _value(value: str, held: str, type_: str) -> str:
    if held == "VARCHAR" and type_ in scan.WHOLE_NUMBERS:
        return scan.whole(value, type_)
    if type_ == "VARCHAR" and held.startswith(_FLOATS):
        # A code that some program took for a number: 1001.0 is 1001.
        whole = f"TRY_CAST({value} AS BIGINT)"
        return f"CASE WHEN {whole} = {value} THEN CAST({whole} AS VARCHAR) ELSE CAST({value} AS VARCHAR) END"
    return scan.value(f"TRY_CAST({value} AS {type_})", type_)


def _faults(source: Source, layout: Layout) -> dict[str, str]:
    """Say per column when its value is not of its declared type, or would be another one in it."""
    faults = {}
    for column in source.columns_read:
        if column.name not in layout.texts:
            continue
        value, held, type_ = identifier(layout.texts[column.name]), layout.types[column.name], column.type
        if type_ in (held, "VARCHAR"):
            continue
        if held == "VARCHAR":
            faults[column.name] = scan.no_value_of(value, type_)
            continue
        cast = f"TRY_CAST({value} AS {type_})"
        lost = f"{cast} IS NULL"
        if type_ != "DOUBLE":
            # There and back again: what comes back must be what was there.
            lost += f" OR TRY_CAST({cast} AS {held}) IS DISTINCT FROM {value}"
        empty = f" AND NOT isnan({value})" if held in ("DOUBLE", "FLOAT") else ""
        faults[column.name] = f"({value} IS NOT NULL{empty} AND ({lost}))"
    return faults
