"""Tell what lies below a table's name and answers with less than the table: views, parts of a parent, foreign
tables."""

from __future__ import annotations

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from jobs.sources.production.postgres import ask
from jobs.sql import literal

# Everything that a relation is made of: children of a parent, and what the rules of a view read.
_BELOW = """
WITH RECURSIVE steps AS (
    SELECT inhparent AS above, inhrelid AS below FROM pg_inherits
    UNION
    SELECT r.ev_class, d.refobjid FROM pg_rewrite r JOIN pg_depend d ON d.objid = r.oid AND d.classid =
    'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass JOIN pg_class v ON v.oid = r.ev_class AND
    v.relkind IN ('v', 'm') WHERE d.refobjid <> r.ev_class
), tree AS (
    SELECT c.oid AS top, c.oid AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname IN ({names})
    UNION
    SELECT tree.top, steps.below FROM tree JOIN steps ON steps.above = tree.oid
)
SELECT t.relname::text AS top, c.relname::text AS name, c.relkind::text AS kind, c.relispopulated::text AS
filled, CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END AS definition,
    (EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AND NOT EXISTS (
        SELECT FROM pg_inherits i JOIN tree u ON u.oid = i.inhparent AND u.top = tree.top WHERE i.inhrelid =
        c.oid
    ))::text AS part
FROM tree JOIN pg_class t ON t.oid = tree.top JOIN pg_class c ON c.oid = tree.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
ORDER BY 1, 2
"""
# What a view may not hold, for it to show each row of one table.
_FILTERS = (
    "where",
    "joins",
    "group",
    "having",
    "distinct",
    "limit",
    "offset",
    "laterals",
    "with",
    "with_",
    "sample",
    "windows",
)


def hidden_by(connection: duckdb.DuckDBPyConnection, read: dict[str, list[str]]) -> list[str]:
    """List what answers with less than the whole: « owners (view) », « owners.siren (view x) ».

    `read` gives the columns that are asked of each table.
    """
    names = ", ".join(literal(name) for name in read)
    found = []
    for top, name, kind, filled, definition, part in ask(connection, _BELOW.format(names=names)):
        below = "" if top == name else f" {name}"
        if kind == "f":
            found.append(f"{top} (foreign table{below})")
        elif part == "true":
            found.append(f"{top} (a part of its parent{below})")
        elif filled != "true":
            found.append(f"{top} (materialized view{below}, not filled yet)")
        elif definition is not None:
            wanted = read[str(top)] if top == name else []
            found += [f"{top}{each} (view{below})" for each in _hides(definition, wanted)]
    return found


def _hides(definition: str, columns: list[str]) -> list[str]:
    """Say what a view hides: rows (an empty text), or columns (« .siren »); a view that cannot be read hides
    rows."""
    try:
        query = sqlglot.parse_one(definition.rstrip(" ;\n"), read="postgres")
    except SqlglotError:
        return [""]
    if not isinstance(query, exp.Select) or any(query.args.get(name) for name in _FILTERS):
        return [""]
    source = (query.args.get("from") or query.args.get("from_")).this  # type: ignore[union-attr]
    if not isinstance(source, exp.Table) or source.args.get("only") or source.args.get("sample"):
        return [""]
    made = {each.alias_or_name: each.unalias() for each in query.selects}
    return [f".{name}" for name in columns if not isinstance(made.get(name), exp.Column)]
