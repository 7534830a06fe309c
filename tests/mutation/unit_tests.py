"""Look whether a dbt unit test notices an altered model: the same change, made in the query of that test."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from mutation.operators import mutations, rewritten


@lru_cache(maxsize=32)
def _mutated(sql: str) -> list[str]:
    return [mutation.sql for mutation in mutations(sql)]


class UnitTests:
    """The unit tests of a manifest, with the folder of their compiled queries."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tests: list[dict[str, Any]], compiled: Path
    ) -> None:
        self.connection, self.tests, self.compiled = connection, tests, compiled

    def noticing(self, node: dict[str, Any], sql: str) -> str | None:
        """Find a dbt unit test whose rows give another result: the same change, made in the query of that
        test."""
        ours = _mutated(node["compiled_code"])
        if sql not in ours:
            return None
        for test in self.tests:
            if test["model"] != node["name"]:
                continue
            for file in self.compiled.rglob(f"{test['name']}.sql"):
                right = file.read_text(encoding="utf-8")
                theirs = _mutated(right)
                columns = self._expected_columns(test["expect"])
                if len(theirs) != len(ours) or not columns:
                    continue
                wrong = theirs[ours.index(sql)]
                query = (
                    f"SELECT count(*) FROM (SELECT {columns} FROM ({{}}) EXCEPT ALL SELECT {columns} FROM"
                    " ({}))"
                )
                # An error of the right query is no finding about the wrong one.
                self.connection.execute(query.format(rewritten(right), right))
                try:
                    differ = [
                        self.connection.execute(query.format(*pair)).fetchall()[0][0]
                        for pair in ((rewritten(right), wrong), (wrong, right))
                    ]
                except duckdb.Error:
                    return f"unit test {test['name']}"
                if any(differ):
                    return f"unit test {test['name']}"
        return None

    def _expected_columns(self, expected: dict[str, Any]) -> str:
        """List the columns that a unit test compares: those of its first row, or of its query."""
        rows = expected["rows"]
        if isinstance(rows, str):
            rows = [
                dict.fromkeys(str(row[0]) for row in self.connection.execute(f"DESCRIBE {rows}").fetchall())
            ]
        return ", ".join(f'"{name}"' for name in rows[0]) if rows else ""
