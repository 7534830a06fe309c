"""Render the chart, and read what it or kustomize gives into the Kubernetes client's typed models."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "helm" / "zlv-warehouse"
WORKFLOWS = ROOT / "k8s" / "workflows"
RELEASE = NAMESPACE = "zlv-warehouse"
# The oldest that the chart is made for.
KUBERNETES = "1.29.0"

Object = dict[str, Any]

# Objects of operators that a cluster may not know, and what the client has no model of.
FOREIGN = {
    "WorkflowTemplate",
    "CronWorkflow",
    "ExternalSecret",
    "PrometheusRule",
    "ServiceMonitor",
    "Kustomization",
    "Component",
}


@dataclass(frozen=True)
class Pod:
    """One pod that may come to be: where it is from, its labels and its typed spec."""

    name: str
    labels: dict[str, str]
    spec: client.V1PodSpec

    @property
    def containers(self) -> list[client.V1Container]:
        return [*(self.spec.init_containers or []), *self.spec.containers]


def helm(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm; values may come as text on standard input (`--values -`).

    Without a cluster helm takes the Kubernetes that it was built for, which may be none of today's.
    """
    oldest = ["--kube-version", KUBERNETES] if arguments[0] == "template" else []
    return subprocess.run(
        ["helm", *arguments, *oldest], cwd=ROOT, input=text, capture_output=True, text=True, check=False
    )


def render(
    values: dict[str, Any] | None = None, *, release: str = RELEASE, namespace: str = NAMESPACE
) -> str:
    """Render the chart without a cluster; `null` in the values stays, for it removes a default."""
    return _render(json.dumps(values or {}), release, namespace)


@cache
def _render(values: str, release: str, namespace: str) -> str:
    done = helm("template", release, str(CHART), "--namespace", namespace, "--values", "-", text=values)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(text: str) -> list[Object]:
    """Read all objects of a multi-document text."""
    return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]


def kustomize(folder: str) -> list[Object]:
    """Build a folder of k8s/ as `kubectl apply -k` does."""
    done = subprocess.run(
        ["kubectl", "kustomize", str(ROOT / "k8s" / folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return objects(done.stdout)


def identity(thing: Object) -> tuple[str, str]:
    """Name an object within its namespace."""
    return thing["kind"], thing["metadata"]["name"]


def typed(thing: Object) -> Any:
    """Read an object into its model; a field that the model does not know, or a wrong type, is an
    AssertionError."""
    return _typed(json.dumps(thing))


@cache
def _typed(text: str) -> Any:
    thing = json.loads(text)
    group, _, version = thing["apiVersion"].rpartition("/")
    model = (
        f"{version.title()}{thing['kind']}" if hasattr(client, f"{version.title()}{thing['kind']}") else None
    )
    assert model, f"no model for {group}/{version} {thing['kind']}"
    api = client.ApiClient()
    read = api.deserialize(text, model, "application/json")
    again = api.sanitize_for_serialization(read)
    assert _plain(again) == _plain(thing), f"{identity(thing)} has fields that {model} does not know"
    return read


def pods(things: list[Object]) -> list[Pod]:
    """List every pod that these objects lead to: of workloads, and of each pipeline's steps."""
    found: list[Pod] = []
    for thing in things:
        kind, name = identity(thing)
        if kind == "Pod":
            found.append(_pod(name, thing))
        elif kind in ("Deployment", "StatefulSet", "Job"):
            found.append(_pod(name, thing["spec"]["template"]))
        elif kind == "CronJob":
            found.append(_pod(name, thing["spec"]["jobTemplate"]["spec"]["template"]))
        elif kind == "ConfigMap" and name.endswith("-pipelines"):
            for text in thing["data"].values():
                found += step_pods(yaml.load(text, Loader=yaml.CSafeLoader))
        elif kind == "WorkflowTemplate":
            found += step_pods(thing)
    return found


def step_pods(manifest: Object) -> Iterator[Pod]:
    """Make the pod of each step of a pipeline from what its manifest says."""
    spec = manifest["spec"]
    shared = (
        "securityContext",
        "serviceAccountName",
        "automountServiceAccountToken",
        "affinity",
        "tolerations",
        "nodeSelector",
    )
    for template in spec["templates"]:
        if "container" in template:
            pod = {name: spec[name] for name in shared if name in spec}
            patch = yaml.safe_load(spec.get("podSpecPatch") or "{}")
            pod |= {name: value for name, value in patch.items() if not name.endswith("ontainers")}
            pod["volumes"] = [*spec["volumes"], *template.get("volumes", ())]
            labels = spec["podMetadata"]["labels"] | template["metadata"]["labels"]
            yield _pod(
                f"{manifest['metadata']['name']}/{template['name']}",
                {"metadata": {"labels": labels}, "spec": {**pod, "containers": [template["container"]]}},
            )


def _pod(name: str, template: Object) -> Pod:
    wrapped = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": template["spec"]}
    return Pod(name, template["metadata"].get("labels", {}), typed(wrapped).spec)


def _plain(value: Any) -> Any:
    """Drop what is empty (a client may write it or not) and write numbers of IntOrString and quantities as
    text."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value)
