"""Hold what dbt did, node by node."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Node:
    """One finished dbt node: times in nanoseconds since 1970."""

    unique_id: str
    name: str
    resource: str
    status: str
    start: int
    end: int
    message: str = ""


@dataclass
class Outcome:
    """What dbt did, node by node, in the order in which nodes ended."""

    nodes: list[Node] = field(default_factory=list)

    def of(self, *statuses: str) -> list[Node]:
        return [node for node in self.nodes if node.status in statuses]
