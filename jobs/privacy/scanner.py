"""Second proof, first half: look at every text of a mart, however deep it lies, for what looks like a
person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
from duckdb.sqltypes import DuckDBPyType

from jobs.privacy.patterns import PATTERNS, PSEUDONYM, UUID
from jobs.privacy.report import Finding
from jobs.sql import identifier, literal

# (table, column position, value) of the mart at hand; `whole` tells numbers from texts, `public` a public
# text.
TEXTS = "zlv_texts"
PUBLIC = "zlv_public"

_TEXTS = ("varchar", "enum", "blob", "bit", "union", "geometry", "variant", "sqlnull", "unknown")
_WHOLE = ("bigint", "hugeint", "ubigint", "uhugeint", "decimal", "double")
# Signs that look empty or the same: no-break spaces, zero-width signs, typographic hyphens and full-width @.
_SIGNS = ("\u00a0\u2007\u202f\u2009\t\u2010\u2011\uff20\u200b\u200c\u200d\u2060\ufeff", "     --@")

_CURES = {
    "hash": "pass a keyed pseudonym and declare the column indirect, or take it out",
    "sentence": "take the free text out of the mart",
}
_CURE = "take it out of the mart, or drop or pseudonymise its raw column in catalog/policy"


def text_leaves(expression: str, type_: DuckDBPyType, depth: int = 0) -> str | None:
    """Write SQL for the list of all texts in a value of any type; None when it can hold none."""
    kind = type_.id
    if kind in _TEXTS:
        return f"[CAST({expression} AS VARCHAR)]"
    if kind in ("list", "array"):
        child = _parts(type_)["child"]
        inner = text_leaves(f"e{depth}", child, depth + 1)
        return inner and f"flatten(list_transform(CAST({expression} AS {child}[]), lambda e{depth}: {inner}))"
    if kind == "map":
        parts = _parts(type_)
        sides = [
            _side(f"map_keys({expression})", parts["key"], depth),
            _side(f"map_values({expression})", parts["value"], depth),
        ]
    elif kind == "struct":
        sides = [
            text_leaves(f"struct_extract({expression}, {literal(name)})", inner, depth)
            for name, inner in _parts(type_).items()
        ]
    else:
        return None
    held = [side for side in sides if side]
    return f"list_concat({', '.join(f'coalesce({side}, [])' for side in held)})" if held else None


def _parts(type_: DuckDBPyType) -> dict[str, DuckDBPyType]:
    return {name: part for name, part in type_.children if isinstance(part, DuckDBPyType)}


def _side(expression: str, type_: DuckDBPyType, depth: int) -> str | None:
    inner = text_leaves(f"e{depth}", type_, depth + 1)
    return inner and f"flatten(list_transform({expression}, lambda e{depth}: {inner}))"


def collect_texts(
    connection: duckdb.DuckDBPyConnection, table: tuple[str, str, str], columns: Mapping[str, DuckDBPyType]
) -> int:
    """Gather the distinct texts of all columns of a mart, in one statement; returns how many."""
    selects = [
        _select(place, name, type_, identifier(*table)) for place, (name, type_) in enumerate(columns.items())
    ]
    gathered = (
        " UNION ALL ".join(filter(None, selects))
        or "SELECT 0 AS place, false AS whole, NULL AS v WHERE false"
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE {TEXTS} AS
        WITH texts AS (
            SELECT DISTINCT place, whole, translate(v, {literal(_SIGNS[0])}, {literal(_SIGNS[1])}) AS v
                FROM ({gathered}) WHERE v <> ''
        ), kinds AS (
            SELECT *, CASE WHEN whole THEN 'whole' WHEN length(v) = 64
                AND regexp_matches(v, {literal(PSEUDONYM)}) THEN 'pseudonym'
                WHEN length(v) = 36 AND regexp_matches(v, {literal(UUID)}) THEN 'uuid' ELSE 'text' END AS kind
            FROM texts
        ), normal AS (SELECT *, CASE WHEN kind = 'text' THEN normalised(v) END AS n FROM kinds)
        SELECT *, n IS NOT NULL AND n IN (SELECT n FROM {PUBLIC}) AS public FROM normal
        """)
    return int((connection.execute(f"SELECT count(*) FROM {TEXTS}").fetchone() or (0,))[0])


def _select(place: int, name: str, type_: DuckDBPyType, table: str) -> str | None:
    column = identifier(name)
    if type_.id in ("varchar", "enum"):
        return (
            f"(SELECT DISTINCT {place} AS place, false AS whole, CAST({column} AS VARCHAR) AS v FROM {table})"
        )
    if type_.id in _WHOLE:
        # A NIR of 15 digits, or a phone number with its country code, written as a number.
        number = f"TRY_CAST({column} AS HUGEINT)"
        wide = (
            f"{number} BETWEEN 100000000000000 AND 299999999999999 OR {number} BETWEEN 33600000000 AND"
            " 33799999999"
        )
        return (
            f"(SELECT DISTINCT {place} AS place, true AS whole, CAST({number} AS VARCHAR) AS v FROM {table}"
            f" WHERE {wide})"
        )
    leaves = text_leaves(column, type_)
    return (
        leaves
        and f"(SELECT DISTINCT {place} AS place, false AS whole, v"
        f" FROM (SELECT unnest({leaves}) AS v FROM {table}))"
    )


def pattern_findings(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], classes: Mapping[str, str | None]
) -> Iterator[Finding]:
    """Count the distinct texts of each column that match each pattern, in one statement per mart."""
    counts = [
        f"count(*) FILTER (({pattern.predicate}) AND ({'true' if pattern.numbers else 'NOT whole'})"
        f" AND ({'NOT public' if pattern.shields_public else 'true'})) AS {identifier(pattern.rule)}"
        for pattern in PATTERNS
    ]
    # Pseudonyms are hashes by their form alone; no other pattern need read them, nor identifiers.
    query = f"SELECT place, {', '.join(counts)} FROM {TEXTS} WHERE kind IN ('text', 'whole') GROUP BY place"
    seen = {
        (place, p.rule): values
        for place, *row in connection.execute(query).fetchall()
        for p, values in zip(PATTERNS, row, strict=True)
    }
    for place, values in connection.execute(
        f"SELECT place, count(*) FROM {TEXTS} WHERE kind = 'pseudonym' GROUP BY place"
    ).fetchall():
        seen[place, "hash"] = seen.get((place, "hash"), 0) + values
    for place, column in enumerate(columns):
        for pattern in PATTERNS:
            values = seen.get((place, pattern.rule), 0)
            if values and not (pattern.pseudonyms and classes.get(column.lower()) == "indirect"):
                what = f"{values} distinct value(s) {pattern.seen}"
                yield Finding(table, column, pattern.rule, values, what, _CURES.get(pattern.rule, _CURE))


def clear_values(connection: duckdb.DuckDBPyConnection, place: int) -> int:
    """Count the distinct texts of a column that are no pseudonyms."""
    row = connection.execute(
        f"SELECT count(*) FROM {TEXTS} WHERE place = ? AND kind <> 'pseudonym'", [place]
    ).fetchone()
    return int(row[0]) if row else 0
