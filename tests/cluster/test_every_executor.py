"""One manifest, and the same tables whoever runs its steps: Jobs, a laptop, one pod, Argo."""

from __future__ import annotations

import json
import os
import secrets
import time
from pathlib import Path
from typing import Any

import pytest
from chain import Chain, base_environment, fingerprints
from trials import NAME, Trial, trial

__all__ = ["trial"]  # fixtures

pytestmark = pytest.mark.cluster


def test_a_laptop_gives_the_same_tables_as_the_jobs_of_the_cluster(trial: Trial, tmp_path: Path) -> None:
    declared = json.loads(trial.kubectl("get", "configmap", f"{NAME}-catalog", "-ojson"))
    (tmp_path / "catalog").mkdir()
    for file, text in declared["data"].items():
        (tmp_path / "catalog" / file).write_text(text)
    where = base_environment(tmp_path) | {"ZLV_CATALOG_DIR": f":{tmp_path / 'catalog'}"}
    with trial.sources() as sources:
        local = Chain(tmp_path, where | sources)
        local.zlv("run", "daily")
    assert fingerprints(local.clean_file) == trial.tables()


def test_the_steps_of_one_pod_give_the_same_tables_as_jobs(trial: Trial) -> None:
    """Issue 14: `executor: pod`, the same manifest, the same records."""
    before = trial.tables()
    trial.helm("upgrade", pipelines={"daily": {"executor": "pod"}})
    try:
        name = f"in-one-pod-{secrets.token_hex(3)}"
        trial.run("daily", name)
        made = json.loads(trial.kubectl("get", "jobs", "--selector=zlv.fr/run", "-ojson"))["items"]
        assert not [job for job in made if job["metadata"]["labels"]["zlv.fr/run"].startswith(name)]
        told = trial.kubectl("exec", f"deploy/{NAME}-shell", "--", "zlv", "runs", "--json")
        (run,) = (each for each in json.loads(told) if each["run_id"].startswith(name))
        assert (run["pipeline"], run["state"], run["exit_code"]) == ("daily", "done", 0)
        assert trial.tables() == before
    finally:
        trial.helm("upgrade")


@pytest.mark.skipif(
    "ZLV_TEST_ARGO" not in os.environ, reason="ZLV_TEST_ARGO says that Argo Workflows watches every namespace"
)
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
