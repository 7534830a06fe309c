"""Write small manifests whose steps are plain commands: real processes, no components."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RETRY = {
    "limit": 2,
    "retryPolicy": "Always",
    "expression": "!(asInt(lastRetry.exitCode) in [2, 64, 65, 66])",
    "backoff": {"duration": "100ms", "factor": 2},
}


def shell(name: str, script: str, **more: Any) -> dict[str, Any]:
    """Make a template that runs a shell script."""
    return {"name": name, "container": {"image": "x", "command": ["sh", "-c", script]}, **more}


def task(name: str, depends: str | None = None, **more: Any) -> dict[str, Any]:
    """Make a task that runs the template of its own name, unless told otherwise."""
    return {"name": name, "template": name, **({"depends": depends} if depends else {}), **more}


def manifest(
    folder: Path,
    tasks: list[dict[str, Any]],
    templates: list[dict[str, Any]],
    *,
    name: str = "small",
    fail_fast: bool = False,
    **spec: Any,
) -> Path:
    """Write a WorkflowTemplate; JSON is YAML."""
    document = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "WorkflowTemplate",
        "metadata": {"name": name},
        "spec": {
            "entrypoint": "main",
            "templates": [{"name": "main", "dag": {"failFast": fail_fast, "tasks": tasks}}, *templates],
            **spec,
        },
    }
    path = folder / f"{name}.yml"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
