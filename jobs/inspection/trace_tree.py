"""Read a run's spans back and order them as a tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.telemetry.identity import root_span_id, trace_id
from jobs.telemetry.records import RunRecord, StepRecord, leave_out, read_run, read_steps


@dataclass
class Node:
    """Hold one span, its children in order of time, and whether its parent is nowhere to be found.

    Times are nanoseconds since 1970.
    """

    name: str
    span_id: str
    parent_id: str | None
    start: int
    end: int
    failed: bool
    message: str | None
    attributes: dict[str, Any]
    is_orphan: bool = False
    children: list[Node] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / 1e9

    @property
    def rows(self) -> int | None:
        rows = self.attributes.get("zlv.rows")
        return int(rows) if rows is not None else None

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Yield this node and all below it with their depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


def read_spans(path: Path) -> list[dict[str, Any]]:
    """Read the spans of a file of JSON lines; what is no span, as a line cut short by a full disk, is left
    out and the file named."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError:
        leave_out(path)
        return []
    spans: list[dict[str, Any]] = []
    for line in lines:
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if _is_span(found):
            spans.append(found)
        else:
            leave_out(path)
    return spans


def _is_span(found: Any) -> bool:
    """Tell whether a line holds all that is drawn of a span."""
    return (
        isinstance(found, dict)
        and all(isinstance(found.get(name), str) for name in ("name", "trace_id", "span_id", "status"))
        and all(isinstance(found.get(name), int) for name in ("start", "end"))
        and all(isinstance(found.get(name), str | None) for name in ("parent_id", "message"))
        and isinstance(found.get("attributes"), dict)
    )


def spans_of_records(runs_dir: Path, run_id: str) -> list[dict[str, Any]]:
    """Make spans of a run and its steps from their records, for a run whose spans went to a collector."""
    run, steps = read_run(runs_dir, run_id), read_steps(runs_dir, run_id)
    root = f"{root_span_id(run_id):016x}"
    spans = [_span_of(run, f"run {run.pipeline}", root, None, {"zlv.kind": "run"})] if run else []
    for step in steps:
        attributes = {"zlv.kind": "step", "zlv.step": step.step, "zlv.rows": step.rows}
        spans.append(_span_of(step, step.stage, step.step, root if run else None, attributes))
    return spans


def _span_of(
    record: RunRecord | StepRecord, name: str, span_id: str, parent: str | None, attributes: dict[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "trace_id": f"{trace_id(record.run_id):032x}",
        "span_id": span_id,
        "parent_id": parent,
        "start": int(record.started * 1e9),
        "end": int((record.ended or record.started) * 1e9),
        "status": "ERROR" if record.status == "failed" else "UNSET",
        "message": record.message,
        "attributes": attributes,
    }


def trees(spans: list[dict[str, Any]]) -> list[Node]:
    """Order spans by parent; roots first, then spans whose parent is missing, each in order of time."""
    nodes: dict[str, Node] = {}
    for span in sorted(spans, key=lambda span: int(span["start"])):
        nodes[span["span_id"]] = Node(
            span["name"],
            span["span_id"],
            span["parent_id"],
            int(span["start"]),
            int(span["end"]),
            span["status"] == "ERROR",
            span["message"],
            span["attributes"],
        )
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.parent_id) if node.parent_id else None
        if parent is not None:
            parent.children.append(node)
        else:
            node.is_orphan = node.parent_id is not None
            roots.append(node)
    return sorted(roots, key=lambda node: (node.is_orphan, node.start))
