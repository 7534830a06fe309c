"""The privacy gate: nothing passes without its proof, declared by the documentation and observed in all
rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

from jobs.privacy.declared import Documented, absent_findings, declared_findings, may_hold_only_pseudonyms
from jobs.privacy.patterns import install_patterns
from jobs.privacy.public import Knowledge
from jobs.privacy.report import Finding, Report, TableReport
from jobs.privacy.scanner import clear_values, collect_texts, pattern_findings
from jobs.privacy.truth import collect_candidates, compare_direct_values, create_tables, unknown_pseudonyms
from jobs.sql import identifier

SCHEMA = "marts"


@dataclass
class Gate:
    """Examine the marts of an attached warehouse file, one by one, then compare all with the raw files.

    `connection` has the sources attached, the warehouse file as `database`, and the pseudonym macros
    with the key of the raw files. `listed` maps marts to public names.
    """

    connection: duckdb.DuckDBPyConnection
    knowledge: Knowledge
    documented: Documented
    listed: Mapping[str, str]
    database: str = "warehouse"
    report: Report = field(default_factory=Report)
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def prepare(self) -> list[str]:
        """Create what the scan needs and list the marts, each of which is to be examined."""
        install_patterns(self.connection)
        create_tables(self.connection, self.knowledge)
        marts = self._marts()
        self.report.add(self._no_tables())
        self.report.add(absent_findings(self.listed, {mart.lower() for mart in marts}))
        return marts

    def examine(self, mart: str) -> TableReport:
        """Apply both proofs to one mart, over all its rows; direct values are compared later, for all marts
        at once."""
        place = (self.database, SCHEMA, mart)
        relation = self.connection.sql(f"SELECT * FROM {identifier(*place)}")
        types = dict(zip(relation.columns, relation.types, strict=True))
        self._columns[mart] = list(types)
        rows = self.connection.execute(f"SELECT count(*) FROM {identifier(*place)}").fetchone()
        values = collect_texts(self.connection, place, types)
        table = TableReport(mart, rows=int(rows[0]) if rows else 0, columns=len(types), values=values)
        self.report.tables.append(table)
        named = {name: str(type_) for name, type_ in types.items()}
        self.report.add(declared_findings(mart, named, self.documented, self.knowledge))
        self.report.add(pattern_findings(self.connection, mart, list(types), self._classes(mart)))
        self.report.add(self._misnamed(mart, named, types))
        collect_candidates(self.connection, mart)
        return table

    def compare(self) -> int:
        """Compare what all marts hold with the raw files; returns the number of findings."""
        before = len(self.report.findings)
        self.report.add(compare_direct_values(self.connection, self.knowledge, self._columns))
        self.report.add(unknown_pseudonyms(self.connection, self.knowledge, self._columns))
        return len(self.report.findings) - before

    def _marts(self) -> list[str]:
        query = (
            "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = ?"
            " ORDER BY table_name"
        )
        return [str(name) for (name,) in self.connection.execute(query, [self.database, SCHEMA]).fetchall()]

    def _no_tables(self) -> Iterator[Finding]:
        """Refuse a view among the marts: what it shows is settled when it is read, after any proof."""
        query = "SELECT view_name FROM duckdb_views() WHERE database_name = ? AND schema_name = ? ORDER BY 1"
        for (name,) in self.connection.execute(query, [self.database, SCHEMA]).fetchall():
            what = "it is a view, which shows what it likes after the proof"
            yield Finding(str(name), "", "view", 0, what, "materialize the mart as a table")

    def _classes(self, mart: str) -> Mapping[str, str | None]:
        return self.documented.get(mart.lower(), {})

    def _misnamed(
        self, mart: str, named: Mapping[str, str], types: Mapping[str, duckdb.sqltypes.DuckDBPyType]
    ) -> Iterator[Finding]:
        """Find columns called like personal data and declared indirect that hold more than pseudonyms."""
        for place, (column, type_) in enumerate(named.items()):
            if not may_hold_only_pseudonyms(
                column, type_, self._classes(mart).get(column.lower()), self.knowledge
            ):
                continue
            clear = clear_values(self.connection, place) if types[column].id == "varchar" else 1
            if clear:
                what = "the column is called like personal data and holds more than pseudonyms"
                yield Finding(
                    mart,
                    column,
                    "named_like",
                    clear,
                    what,
                    "take it out, or pass the raw file's pseudonym on",
                )
