"""Try altered models on a copy of a finished warehouse, inside transactions that are rolled back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from warehouse_copies import on_copies

from jobs.catalog import load_catalog
from jobs.settings import Settings
from mutation.unit_tests import UnitTests


@dataclass(frozen=True)
class Proof:
    """A query and the answer that a right warehouse gives (None: what it gives now); `nodes` are the models
    that it reads."""

    name: str
    query: str
    expected: Any
    nodes: frozenset[str]


class Trial:
    """A warehouse in which one model at a time is altered, with all that is made of it."""

    def __init__(self, settings: Settings, folder: Path, proofs: list[Proof], second: Path) -> None:
        manifest = json.loads((settings.warehouse_dir / "dbt" / "manifest.json").read_text(encoding="utf-8"))
        self.nodes: dict[str, Any] = {
            id_: node for id_, node in manifest["nodes"].items() if node["resource_type"] == "model"
        }
        self.children: dict[str, list[str]] = manifest["child_map"]
        self.named = {node["name"]: id_ for id_, node in self.nodes.items()}
        self.connection = on_copies(settings, folder)
        self.connection.execute(f"ATTACH '{second}' AS second (READ_ONLY)")
        compiled = settings.warehouse_dir / "dbt" / "compiled"
        self.unit_tests = UnitTests(self.connection, list(manifest["unit_tests"].values()), compiled)
        for publication in load_catalog(settings.catalog_dirs).publications:
            if publication.public_name != publication.mart:
                self.connection.execute(
                    f'CREATE VIEW memory.main."{publication.public_name}" AS FROM'
                    f' warehouse.marts."{publication.mart}"'
                )
        self.connection.execute("SET search_path = 'warehouse.marts,memory.main'")
        tests = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test" and node["config"]["severity"] == "error"
        ]
        self.proofs = [
            Proof(
                test["name"],
                f"SELECT {test['config']['fail_calc']} FROM ({test['compiled_code'].rstrip().rstrip(';')})",
                0,
                frozenset(test["depends_on"]["nodes"]),
            )
            for test in tests
        ]
        self.proofs += [
            proof if proof.expected is not None else replace(proof, expected=self._answer(proof))
            for proof in proofs
        ]
        self.shapes = {id_: self._shape(id_) for id_ in self.nodes}
        self.marts = [id_ for id_, node in self.nodes.items() if node["fqn"][1] == "marts"]
        self.prints = {id_: self._print(id_) for id_ in self.marts}

    def relation(self, id_: str) -> str:
        return str(self.nodes[id_]["relation_name"])

    def made_of(self, id_: str) -> list[str]:
        """List the models that a model goes into, itself first, each after those that it is made of; a
        snapshot ends the way."""
        found: list[str] = []

        def visit(node: str) -> None:
            if node in found or node not in self.nodes:
                return
            for child in self.children.get(node, []):
                visit(child)
            found.append(node)

        visit(id_)
        return found[::-1]

    def goes_into_a_mart(self, id_: str) -> bool:
        return any(node in self.prints for node in self.made_of(id_))

    @contextmanager
    def _altered(self, id_: str, sql: str) -> Iterator[None]:
        """Put a model's altered query in place and build again what is made of it."""
        self.connection.execute("BEGIN")
        try:
            self._build(id_, sql)
            yield
        finally:
            self.connection.execute("ROLLBACK")

    def builds(self, id_: str, sql: str) -> bool:
        """Tell whether an altered query is a query at all."""
        try:
            self.connection.execute(f"SELECT count(*) FROM ({sql})")
        except duckdb.Error:
            return False
        return True

    def verdict(self, id_: str, sql: str) -> str | None:
        """Name what notices the altered model: a dbt unit test, a contract, a test, an indicator, or the
        build's own error."""
        reached = self.made_of(id_)
        if found := self.unit_tests.noticing(self.nodes[id_], sql):
            return found
        try:
            with self._altered(id_, sql):
                for made in reached[1:]:
                    self._build(made, self.nodes[made]["compiled_code"])
                changed = [
                    mart for mart in self.marts if mart in reached and self._print(mart) != self.prints[mart]
                ]
                for mart in changed:
                    if self._shape(mart) != self.shapes[mart]:
                        return f"contract of {self.nodes[mart]['name']}"
                # Where no mart moves, the model's own tests may still fail the build.
                return self._noticed(reached if changed else [id_])
        except duckdb.Error as error:
            return f"error: {str(error).splitlines()[0][:80]}"

    def _noticed(self, reached: list[str]) -> str | None:
        for node in reached:
            for proof in self.proofs:
                # Each proof once: at the first of its models.
                if (
                    node in proof.nodes
                    and next(each for each in reached if each in proof.nodes) == node
                    and not self._holds(proof)
                ):
                    return proof.name
        return None

    def _holds(self, proof: Proof) -> bool:
        found = self._answer(proof)
        if isinstance(proof.expected, float):
            return isinstance(found, int | float | Decimal) and abs(
                float(found) - proof.expected
            ) <= 1e-9 * abs(proof.expected)
        return bool(found == proof.expected)

    def _answer(self, proof: Proof) -> Any:
        rows = self.connection.execute(proof.query).fetchall()
        if len(rows) != 1:
            return rows
        return rows[0] if len(rows[0]) > 1 else (rows[0][0] or 0)

    def broken_proofs(self) -> list[str]:
        """Name the proofs that do not hold on the warehouse as it is: none, or the figures say nothing."""
        return [proof.name for proof in self.proofs if not self._holds(proof)]

    def _build(self, id_: str, sql: str) -> None:
        kind = "TABLE" if self.nodes[id_]["config"]["materialized"] == "table" else "VIEW"
        self.connection.execute(f"CREATE OR REPLACE {kind} {self.relation(id_)} AS {sql}")

    def _shape(self, id_: str) -> list[tuple[str, str]]:
        """List columns and types by name: dbt puts those of a contract in the order of the contract, a query
        in its own."""
        return sorted(
            (str(row[0]), str(row[1]))
            for row in self.connection.execute(f"DESCRIBE {self.relation(id_)}").fetchall()
        )

    def _print(self, id_: str) -> tuple[Any, ...]:
        columns = ", ".join(f'"{name}"' for name, _ in self._shape(id_))
        query = (
            f"SELECT count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM (SELECT {columns} FROM"
            f" {self.relation(id_)}) AS t"
        )
        return tuple(self.connection.execute(query).fetchall()[0])
