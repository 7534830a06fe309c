"""One manifest, and the same tables where Argo runs its steps."""

from __future__ import annotations

import json
import os
import secrets
import time
from typing import Any

import pytest
from trials import NAME, Trial, trial

__all__ = ["trial"]  # fixtures

pytestmark = pytest.mark.cluster


@pytest.mark.skipif("ZLV_TEST_ARGO" not in os.environ, reason="it says that Argo watches every namespace")
def test_argo_runs_the_same_manifest_to_the_same_tables(trial: Trial) -> None:
    before, release = (
        trial.tables(),
        trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb"),
    )
    trial.helm("upgrade", argo={"enabled": True})
    name = f"by-argo-{secrets.token_hex(3)}"
    workflow = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name},
        "spec": {"workflowTemplateRef": {"name": f"{NAME}-daily"}},
    }
    trial.kubectl("create", "-f", "-", text=json.dumps(workflow))
    status: dict[str, Any] = {}
    until = time.monotonic() + 420
    while status.get("phase") not in ("Succeeded", "Failed", "Error") and time.monotonic() < until:
        time.sleep(3)
        status = json.loads(trial.kubectl("get", "workflow", name, "-ojson")).get("status", {})
    told = [
        (node["displayName"], node["phase"], node.get("message")) for node in status.get("nodes", {}).values()
    ]
    assert status.get("phase") == "Succeeded", (status.get("message"), told)
    assert (
        name
        in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "readlink", "/clean/zlv.duckdb")
        != release
    )
    assert trial.tables() == before
    assert name in trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "zlv", "runs")
    trial.helm("upgrade")
