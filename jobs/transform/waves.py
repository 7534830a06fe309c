"""Find the nodes that are due, wave by wave: what came out equal stops the change there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jobs.transform.contents import Content, content_of_view
from jobs.transform.graph import Defined, Graph
from jobs.transform.state import Made


@dataclass
class Waves:
    """Compare a graph with the last good build.

    `last` is what each node was made of then. `parts` names each node's SQL and settings as they are now; a
    node without is due. `held` says what sources and what is left out of this build hold. Ask for the nodes
    that are `due`, run them, tell what they are now (`ran`), and ask again until none is.
    """

    graph: Graph
    last: Mapping[str, Made]
    parts: dict[str, str]
    held: dict[str, Content]
    made: dict[str, Made] = field(default_factory=dict)
    because: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def due(self) -> list[str]:
        """Settle all nodes for which nothing changed, and give those that can run now, each after what it
        reads."""
        now: list[str] = []
        for id_, node in self.graph.nodes.items():
            if id_ in self.made:
                continue
            unsettled = [read for read in node.reads if read in self.graph.nodes and read not in self.made]
            reasons = self._reasons(node)
            if reasons:
                # What it reads runs before it in the same round, or is settled.
                if set(unsettled) <= set(now):
                    self.because[id_] = reasons
                    now.append(id_)
            elif not unsettled:
                self._settle(node)
        return now

    def ran(
        self,
        nodes: list[str],
        parts: Mapping[str, str],
        contents: Mapping[str, Content],
        verdicts: Mapping[str, tuple[str, int]],
        run: str,
    ) -> None:
        """Take in what nodes are now that they ran: SQL and settings, what tables hold, what tests found."""
        self.parts.update(parts)
        for id_ in nodes:
            node = self.graph.nodes[id_]
            content = contents.get(id_)
            if node.kind == "view":
                shape = content.shape if content else ""
                content = content_of_view(shape, self.parts[id_], self._contents(node))
            status, failures = verdicts.get(id_, ("", 0))
            self.made[id_] = Made(
                node.name,
                node.kind,
                node.origin,
                self.parts[id_],
                self._reads(node),
                content,
                status,
                failures,
                run,
                self.because[id_],
            )
            if content is not None:
                self.held[id_] = content

    def _settle(self, node: Defined) -> None:
        """Keep what a node is; a view shows what it reads now, without being made anew."""
        last = self.last[node.id]
        content = last.content
        if node.kind == "view":
            shape = last.content.shape if last.content else ""
            content = content_of_view(shape, self.parts[node.id], self._contents(node))
        self.made[node.id] = replace(last, origin=node.origin, reads=self._reads(node), content=content)
        if content is not None:
            self.held[node.id] = content

    def _reasons(self, node: Defined) -> tuple[str, ...]:
        """Say why a node is due, as far as is known yet; nothing when no reason is known."""
        last = self.last.get(node.id)
        if last is None:
            return ("it is new" if self.last else "everything is built",)
        parts = self.parts.get(node.id)
        if parts != last.parts:
            own = last.origin != node.origin
            return ("its definition changed" if own else "a macro, variable or day that it uses changed",)
        now = self._reads(node)
        gone = sorted(set(last.reads) - set(node.reads))
        changed = sorted(read for read, held in now.items() if last.reads.get(read) != held)
        return (
            *(f"it no longer reads {_short(read)}" for read in gone),
            *(f"{_short(read)} changed" for read in changed),
        )

    def _contents(self, node: Defined) -> dict[str, Content]:
        return {read: self.held[read] for read in node.reads if read in self.held}

    def _reads(self, node: Defined) -> dict[str, str]:
        """Name what a node reads as far as it is settled: of a view the columns alone, since it shows the
        rows by itself."""
        shape_only = node.kind == "view"
        return {
            read: content.shape if shape_only else content.whole
            for read, content in self._contents(node).items()
        }


def _short(id_: str) -> str:
    return ".".join(id_.split(".")[2:]) if id_.startswith("source.") else id_.split(".")[2]
