"""Take a condition that a person types apart, by DuckDB's own parser, and put parts of it together again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from jobs.errors import WrongUsage

_SELECT = "SELECT * FROM t WHERE "
# What a condition on a row needs; a function could read a file, and a subquery another table.
_ALLOWED = {"COLUMN_REF", "CONSTANT", "COMPARISON", "CONJUNCTION", "OPERATOR", "BETWEEN", "CAST"}
_LIKE = {"~~", "!~~", "~~*", "!~~*", "like_escape", "-", "+", "lower", "upper", "list_value"}


@dataclass(frozen=True)
class Part:
    """One of the conditions that AND joins: its SQL and the columns that it names."""

    sql: str
    columns: frozenset[str]


def parts_of(condition: str) -> list[Part]:
    """Split a condition at its ANDs.

    Raises WrongUsage where it is no single condition of comparisons, lists, ranges and patterns on columns.
    """
    tree = _parse(_SELECT + f"({condition}\n)")
    node = tree["statements"][0]["node"] if len(tree["statements"]) == 1 else {}
    plain = (
        node.get("from_table", {}).get("type") == "BASE_TABLE"
        and not node["modifiers"]
        and not node["group_expressions"]
    )
    if not plain or node.get("having") or node.get("qualify") or not node.get("where_clause"):
        raise WrongUsage(
            "--where takes one condition on the mart's columns, such as \"year = 2024 AND filter = 'ex'\""
        )
    where = node["where_clause"]
    for expression in _expressions(where):
        function = expression["class"] == "FUNCTION" and expression["function_name"] in _LIKE
        if expression["class"] not in _ALLOWED and not function:
            what = expression.get("function_name") or expression["class"].lower()
            raise WrongUsage(
                f"--where takes comparisons, IN, BETWEEN, LIKE and IS NULL on the mart's columns, not {what}"
            )
    joined = where["children"] if where["type"] == "CONJUNCTION_AND" else [where]
    return [Part(_text(part), frozenset(_columns(part))) for part in joined]


def filters_of(sql: str) -> list[str]:
    """List what leaves rows out of a query: WHERE, HAVING, QUALIFY and the conditions of joins that keep only
    rows with a partner.

    Empty where DuckDB cannot write the query down as a tree.
    """
    try:
        tree = _parse(sql)
    except WrongUsage:
        return []
    found: list[str] = []
    for node in _dictionaries(tree):
        for clause in ("where_clause", "having", "qualify"):
            if node.get(clause):
                found.append(f"{clause.removesuffix('_clause')} {_text(node[clause])}")
        if (
            node.get("type") == "JOIN"
            and node.get("condition")
            and node["join_type"] not in ("LEFT", "OUTER")
        ):
            found.append(f"{str(node['join_type']).lower()} join on {_text(node['condition'])}")
    return list(dict.fromkeys(found))


def _parse(sql: str) -> Any:
    found = duckdb.execute("SELECT json_serialize_sql(?)", [sql]).fetchall()[0][0]
    tree = json.loads(found)
    if tree["error"]:
        raise WrongUsage(f"--where cannot be read: {tree['error_message']}")
    return tree


def _text(expression: Any) -> str:
    tree = _parse(_SELECT + "true")
    tree["statements"][0]["node"]["where_clause"] = expression
    return str(
        duckdb.execute("SELECT json_deserialize_sql(?)", [json.dumps(tree)]).fetchall()[0][0]
    ).removeprefix(_SELECT)


def _dictionaries(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for child in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _dictionaries(child)


def _expressions(tree: Any) -> Iterator[dict[str, Any]]:
    return (node for node in _dictionaries(tree) if "class" in node and "query_location" in node)


def _columns(tree: Any) -> list[str]:
    return [str(node["column_names"][-1]) for node in _expressions(tree) if node["class"] == "COLUMN_REF"]
