"""Run what dbt compiled, models and tests, straight in DuckDB: a second or so for each file of the
application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from warehouse_copies import on_copies

from jobs.settings import Settings

# Tests of one statement: planning is most of what a test on few rows costs.
AT_ONCE = 25


class Broken(Exception):
    """A model or a test that the engine could not run, by its name."""


@dataclass(frozen=True)
class Found:
    """Tests that found rows, with their number: those that refuse a release, and those that warn."""

    refused: dict[str, int]
    warned: dict[str, int]


class CompiledProject:
    """All that is made of the application's tables, on a copy of a finished warehouse."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        manifest = json.loads((settings.warehouse_dir / "dbt" / "manifest.json").read_text(encoding="utf-8"))
        self.nodes: dict[str, Any] = manifest["nodes"]
        made = _made_of_production(manifest)
        self.models = [id_ for id_ in self._in_order(made) if self._is(id_, "table")]
        self.snapshots = [id_ for id_ in made if self._is(id_, "snapshot")]
        tests = [self.nodes[id_] for id_ in made if self.nodes[id_]["resource_type"] == "test"]
        self.severity = {test["name"]: test["config"]["severity"].lower() for test in tests}
        self.tests = {test["name"]: _counted(test) for test in tests}
        self.connection = on_copies(settings, folder)

    def run(self, production: Path) -> Found:
        """Make every table of a file of the application, and count what each test finds."""
        self.connection.execute("DETACH raw_production")
        self.connection.execute(f"ATTACH '{production}' AS raw_production (READ_ONLY)")
        for id_ in self.models:
            node = self.nodes[id_]
            if "history" in node["fqn"]:
                self._remember()
            self._made(node["name"], f"CREATE OR REPLACE TABLE {node['relation_name']} AS {_sql(node)}")
        counts = self._counts(list(self.tests))
        found = {name: count for name, count in counts.items() if count}
        return Found(
            {name: count for name, count in found.items() if self.severity[name] == "error"},
            {name: count for name, count in found.items() if self.severity[name] == "warn"},
        )

    def _remember(self) -> None:
        """Put into the history what a first snapshot would: one version of each row, which holds."""
        for id_ in self.snapshots:
            node = self.nodes[id_]
            above = self.nodes[
                next(each for each in node["depends_on"]["nodes"] if each.startswith("model."))
            ]
            self._made(
                node["name"],
                f"CREATE OR REPLACE TABLE {node['relation_name']} AS SELECT *, uuid()::VARCHAR AS dbt_scd_id,"
                " current_date AS dbt_updated_at, known.day AS dbt_valid_from, NULL::DATE AS dbt_valid_to"
                f" FROM {above['relation_name']} AS row_ CROSS JOIN"
                " (SELECT DISTINCT day AS day FROM warehouse.int.int_history__day) AS known",
            )

    def _counts(self, names: list[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for start in range(0, len(names), AT_ONCE):
            some = names[start : start + AT_ONCE]
            try:
                union = " UNION ALL ".join(self.tests[name] for name in some)
                counts |= dict(self.connection.execute(union).fetchall())
            except duckdb.Error:
                for name in some:
                    counts |= dict(self._made(name, self.tests[name]).fetchall())
        return counts

    def _made(self, name: str, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(sql)
        except duckdb.Error as error:
            raise Broken(f"{name}: {error}") from None

    def _is(self, id_: str, kind: str) -> bool:
        return bool(self.nodes[id_]["config"].get("materialized") == kind)

    def _in_order(self, made: set[str]) -> list[str]:
        """Put each node after those that it is made of."""
        done: dict[str, None] = {}

        def visit(id_: str) -> None:
            if id_ in done or id_ not in made:
                return
            for above in self.nodes[id_]["depends_on"]["nodes"]:
                visit(above)
            done[id_] = None

        for id_ in sorted(made):
            visit(id_)
        return list(done)


def _made_of_production(manifest: dict[str, Any]) -> set[str]:
    """List models, snapshots and tests that read the application's tables, through other models or not."""
    made: set[str] = set()
    open_ = [id_ for id_, source in manifest["sources"].items() if source["source_name"] == "production"]
    while open_:
        for child in manifest["child_map"].get(open_.pop(), []):
            if child in manifest["nodes"] and child not in made:
                made.add(child)
                open_.append(child)
    return made


def _sql(node: dict[str, Any]) -> str:
    return str(node["compiled_code"]).rstrip().rstrip(";")


def _counted(test: dict[str, Any]) -> str:
    found = f"({test['config']['fail_calc']})::BIGINT AS found FROM ({_sql(test)}\n)"
    return f"(SELECT '{test['name']}' AS name, {found})"
