"""Hold what dbt did, node by node."""

from __future__ import annotations

from dataclasses import dataclass, field

TESTS = ("test", "unit_test")


@dataclass
class Node:
    """One finished dbt node: times in nanoseconds since 1970.

    Of a test that failed also: where it is written, which models it looks at, its query, and how many rows
    that found.
    """

    unique_id: str
    name: str
    resource: str
    status: str
    start: int
    end: int
    message: str = ""
    file: str = ""
    models: tuple[str, ...] = ()
    query: str = ""
    failures: int | None = None

    @property
    def is_test(self) -> bool:
        return self.resource in TESTS


@dataclass
class Outcome:
    """What dbt did, node by node, in the order in which nodes ended.

    `planned` is how many the selection names; `untested` how many tests of what was built never ran.
    """

    nodes: list[Node] = field(default_factory=list)
    planned: int = 0
    untested: int = 0

    def of(self, *statuses: str) -> list[Node]:
        return [node for node in self.nodes if node.status in statuses]

    def add(self, other: Outcome) -> None:
        """Take in what another round of the same build did."""
        self.nodes += other.nodes
        self.planned += other.planned
