"""Build what changed, round by round: dbt runs what is due, its tables are measured, and so on until nothing
is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from jobs.catalog import Catalog
from jobs.settings import Settings
from jobs.storage.files import next_of
from jobs.storage.session import attach, connect
from jobs.telemetry import StageRun
from jobs.transform.contents import (
    Content,
    SourceContent,
    measured_source,
    measured_tables,
)
from jobs.transform.dbt_run import Dbt
from jobs.transform.graph import Defined, Graph, digest
from jobs.transform.state import State
from jobs.transform.verdict import check
from jobs.transform.waves import Waves


@dataclass
class Rounds:
    """One build: the project's graph, the state of the last good build, and what sources hold now."""

    settings: Settings
    run: StageRun
    dbt: Dbt
    graph: Graph
    state: State | None
    sources: Mapping[str, Content]
    rounds: int = 0
    waves: Waves = field(init=False)

    def __post_init__(self) -> None:
        outside = [node for node in self.graph.left_out.values() if node.is_table]
        held = {**self.sources, **(self._measured(outside) if outside else {})}
        self.waves = Waves(self.graph, self.state.nodes if self.state else {}, self._parts(), held)

    def run_all(self) -> None:
        """Run every round.

        Raises DataRefused when a test fails or a contract breaks; the rounds end there.
        """
        while due := self.waves.due():
            self.rounds += 1
            before = len(self.dbt.outcome.nodes)
            self.dbt.build(due)
            check(self.dbt.outcome)
            done = self.dbt.outcome.nodes[before:]
            made = [self.graph.nodes[id_] for id_ in due if self.graph.nodes[id_].relation]
            self.waves.ran(
                due,
                self._made_of(due),
                self._measured(made) if made else {},
                {node.unique_id: (node.status, node.failures or 0) for node in done if node.is_test},
                self.run.run_id,
            )

    def _parts(self) -> dict[str, str]:
        """Name SQL and settings of every node for which they can be told before it runs."""
        last = self.state
        if last is None:
            return {}
        same = self.graph.world == last.world
        known, unknown = {}, []
        for id_, node in self.graph.nodes.items():
            made = last.nodes.get(id_)
            if made is None:
                continue
            if same and made.origin == node.origin and not node.moving:
                known[id_] = made.parts
            elif node.kind == "seed":
                known[id_] = digest(node.settings)
            else:
                unknown.append(id_)
        compiled = self.dbt.compile(unknown)
        return known | {id_: _parts_of(self.graph.nodes[id_], sql) for id_, sql in compiled.items()}

    def _made_of(self, due: Collection[str]) -> dict[str, str]:
        nodes = self.dbt.manifest.nodes
        return {
            id_: _parts_of(self.graph.nodes[id_], getattr(nodes[id_], "compiled_code", None) or "")
            for id_ in due
        }

    def _measured(self, nodes: Collection[Defined]) -> dict[str, Content]:
        with connect(self.settings) as connection:
            for alias, file in (
                ("warehouse", self.settings.warehouse_file),
                ("history", self.settings.history_file),
            ):
                _attach_pending(connection, next_of(file), alias)
            return measured_tables(connection, nodes)


def sources_now(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalog: Catalog,
    said: Mapping[str, SourceContent],
    state: State | None,
) -> dict[str, Content]:
    """Give what the sources hold, of which the session has the views. Where a certificate says that nothing
    changed in a file that was written since, or speaks of another declaration, the rows are read.

    Raises DataRefused (65) for a raw file that holds other rows than its certificate says.
    """
    by_id = {f"source.zlv.{source.domain}.{source.name}": source for source in catalog.sources}
    found = {}
    for id_, source in said.items():
        now = source
        written_again = (
            state is not None
            and state.sources.get(id_) == source.content
            and state.places.get(id_) != source.place
        )
        if written_again or not source.certified:
            now = measured_source(connection, settings, by_id[id_], source)
        found[id_] = now.content
    return found


def _attach_pending(connection: duckdb.DuckDBPyConnection, path: Path, alias: str) -> None:
    if path.exists():
        attach(connection, path, alias, read_only=False)


def _parts_of(node: Defined, sql: str) -> str:
    return digest(node.settings) if node.kind == "seed" else digest(node.settings, sql)
