"""Make a graph of small tasks and work it off, one step at a time, without a process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manifests import manifest, shell

from jobs.pipelines.graph import Graph
from jobs.pipelines.manifest.manifest import read_pipeline


def graph(
    folder: Path,
    tasks: list[dict[str, Any]],
    *,
    chosen: set[str] | None = None,
    fail_fast: bool = False,
    **spec: Any,
) -> Graph:
    templates = [
        shell(
            each["template"],
            "echo {{inputs.parameters.x}}",
            inputs={"parameters": [{"name": "x", "value": "-"}]},
        )
        for each in tasks
    ]
    pipeline = read_pipeline(manifest(folder, tasks, templates, fail_fast=fail_fast, **spec))
    parameters = {name: parameter.value or "" for name, parameter in pipeline.parameters.items()}
    return Graph(pipeline, "run-1", parameters, set(pipeline.tasks) if chosen is None else chosen, {})


def work(graph: Graph, failing: set[str] = frozenset(), printed: dict[str, str] | None = None) -> list[str]:  # type: ignore[assignment]
    """Run a graph to its end, one step at a time; give the names of the steps in order."""
    done: list[str] = []
    waiting = graph.due()
    while waiting:
        step = waiting.pop(0)
        done.append(step.name)
        graph.finish(step, succeeded=step.name not in failing, result=(printed or {}).get(step.name, ""))
        waiting.extend(graph.due())
    return done


def states(graph: Graph) -> dict[str, str]:
    return {name: each.state for name, each in graph.tasks.items()}
