"""Read a JSON object: an array of objects, objects one after the other, or one alone."""

from __future__ import annotations

import duckdb

from jobs.catalog import Column, Source
from jobs.errors import DataRefused
from jobs.sources.lake import scan
from jobs.sources.lake.encoding import NotUtf8
from jobs.sources.lake.header import Layout, match
from jobs.sources.lake.readers.reading import ObjectReader, Reading, Sight
from jobs.sql import identifier, literal

_ODD_BYTES = "invalid UTF-8"
_NUMBER = "('UBIGINT', 'BIGINT', 'DOUBLE')"
_ROW = "#row"


def layout(sight: Sight) -> Layout | None:
    """List the keys that any object has, and match them with the declared columns."""
    start = sight.lake.start(sight.item, 4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    form = "array" if start.startswith(b"[") else "unstructured"
    query = (
        "SELECT DISTINCT unnest(json_keys(json)) FROM"
        f" read_json_objects({literal(sight.item.url)}, format = {literal(form)})"
    )
    names = sorted(str(name) for (name,) in _asked(sight.connection, query, sight.source, sight.item.name))
    found = match(sight.source, sight.item.name, names, known=sight.known)
    found.shape = form
    return found


def read(reader: ObjectReader) -> Reading:
    """Insert the objects whose values have their declared types; the number of an object in its file stands
    for the line of the others."""
    source, name, read = reader.source, reader.item.name, _read_json(reader)
    there = [column for column in source.columns_read if column.name in reader.layout.texts]
    keys = {c.name: identifier(reader.layout.texts[c.name]) for c in there}
    faults = {c.name: fault for c in there if (fault := _fault(keys[c.name], c.type))}
    wrong = f" WHERE NOT ({' OR '.join(faults.values())})" if faults else ""
    values = {c.name: _value(keys[c.name], c.type) for c in there}
    try:
        rows = reader.insert(scan.rows(source, values, read) + wrong)
    except duckdb.InvalidInputException as error:
        raise _said(error, source, name) from None
    kept = []
    if faults:
        named = [f"CASE WHEN {fault} THEN {literal(column)} END" for column, fault in faults.items()]
        query = (
            f"SELECT {identifier(_ROW)}, list_filter([{', '.join(named)}], x -> x IS NOT NULL) AS names FROM"
            f" (SELECT row_number() OVER () AS {identifier(_ROW)}, * FROM {read}) WHERE"
            f" {' OR '.join(faults.values())} ORDER BY 1 LIMIT {scan.REJECTS_LIMIT}"
        )
        broken = reader.connection.execute(query).fetchall()
        kept = [reader.reject(int(row), column, "CAST") for row, columns in broken for column in columns]
    count = len({reject.line for reject in kept})
    return Reading(rows, count, count >= scan.REJECTS_LIMIT, kept, drift=_numbers(reader, there, read))


def _read_json(reader: ObjectReader) -> str:
    keys = {reader.layout.texts[c.name] for c in reader.source.columns_read if c.name in reader.layout.texts}
    types = ", ".join(f"{literal(key)}: 'JSON'" for key in sorted(keys))
    return (
        f"read_json({literal(reader.item.url)}, format = {literal(reader.layout.shape)},"
        f" columns = {{{types}}})"
    )


def _value(key: str, type_: str) -> str:
    text = f"({key} ->> '$')"
    if type_ == "VARCHAR":
        # A code that some program took for a number: 1001.0 is 1001.
        whole = f"json_type({key}) = 'DOUBLE' AND regexp_full_match({text}, '-?\\d+\\.0+')"
        return scan.value(f"(CASE WHEN {whole} THEN split_part({text}, '.', 1) ELSE {text} END)", type_)
    if type_.endswith("[]"):
        # A list stays JSON; what is inside it is cast with it.
        return f"TRY_CAST({key} AS {type_})"
    if type_ in scan.WHOLE_NUMBERS:
        return scan.whole(text, type_)
    return scan.value(f"TRY_CAST({text} AS {type_})", type_)


def _fault(key: str, type_: str) -> str | None:
    if type_ == "VARCHAR":
        return None
    if type_.endswith("[]"):
        there = f"{key} IS NOT NULL AND json_type({key}) <> 'NULL'"
        return f"coalesce({there} AND TRY_CAST({key} AS {type_}) IS NULL, false)"
    return scan.no_value_of(f"({key} ->> '$')", type_)


def _numbers(reader: ObjectReader, there: list[Column], read: str) -> list[str]:
    """Tell the columns of text whose values come as numbers: a code has lost its leading zeros there."""
    texts = [c for c in there if c.type == "VARCHAR"]
    if not texts:
        return []
    counts = ", ".join(
        f"count(*) FILTER (json_type({identifier(reader.layout.texts[c.name])}) IN {_NUMBER})" for c in texts
    )
    found = reader.connection.execute(f"SELECT {counts} FROM {read}").fetchall()[0]
    return [
        scan.as_number(reader.item.name, c.header_name, int(count))
        for c, count in zip(texts, found, strict=True)
        if count
    ]


def _asked(connection: duckdb.DuckDBPyConnection, query: str, source: Source, name: str) -> list[tuple[str]]:
    try:
        return connection.execute(query).fetchall()
    except duckdb.InvalidInputException as error:
        raise _said(error, source, name) from None


def _said(error: duckdb.Error, source: Source, name: str) -> Exception:
    if _ODD_BYTES in str(error):
        return NotUtf8()
    if "maximum_object_size" in str(error):
        return DataRefused(
            f"{source.domain}.{source.name}: {name} holds one object or value of more than 16 MB: the last"
            " good file stands; deliver a list of objects, one for each row"
        )
    return error
