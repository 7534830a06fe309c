"""Write a test's query as the command that shows what it found, ready to paste into a shell."""

from __future__ import annotations

import re

import duckdb
import sqlglot
from sqlglot import exp

# What a shell reads inside double quotes.
_IN_QUOTES = re.compile(r'[\\"$`]')
_PLAIN = re.compile(r"^[a-z_][a-z0-9_]*$")


def to_paste(query: str) -> str:
    """Give `zlv sql --failed "…"` on one line; quotes stay where a name needs them."""
    reserved = {
        word
        for (word,) in duckdb.execute(
            "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
        ).fetchall()
    }
    try:
        tree = sqlglot.parse_one(query, dialect="duckdb")
        for name in tree.find_all(exp.Identifier):
            if name.quoted and _PLAIN.match(name.name) and name.name not in reserved:
                name.set("quoted", False)
        line = tree.sql(dialect="duckdb", comments=False)
    except sqlglot.errors.SqlglotError:
        line = query
    escaped = _IN_QUOTES.sub(r"\\\g<0>", line)
    return f'zlv sql --failed "{escaped}"'
