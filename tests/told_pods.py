"""Pods and Jobs as a cluster tells them, built for tests of what is read there."""

from __future__ import annotations

from typing import Any


def status(name: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "image": f"{name}:1", "state": state}


def pod(*containers: dict[str, Any], init: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    metadata = {"name": "p", "creationTimestamp": "2026-11-26T02:00:00Z", **more.pop("metadata", {})}
    found = {"containerStatuses": list(containers), "initContainerStatuses": list(init), "phase": "Running"}
    return {"metadata": metadata, "status": {**found, **more}}


def job(*conditions: dict[str, Any]) -> dict[str, Any]:
    spec = {"containers": [{"name": "proxy"}, {"name": "main", "resources": {"limits": {"memory": "64Mi"}}}]}
    return {
        "metadata": {"annotations": {"zlv.fr/step-name": "a"}},
        "spec": {"template": {"spec": spec}},
        "status": {"conditions": list(conditions)},
    }


FAILED = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}
ENDED = {"finishedAt": "2026-11-26T02:00:09Z"}
DELETED = {"deletionTimestamp": "2026-11-26T02:00:38Z", "deletionGracePeriodSeconds": 30}
