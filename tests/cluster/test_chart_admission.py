"""The chart's objects and pods on a real API server: admission takes them without a warning."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
import yaml
from chart import CHART, FOREIGN, Object, objects, pods, render
from chart_variants import VARIANTS
from kubectl import kubectl

pytestmark = pytest.mark.cluster
OVERLAYS = ("dev", "staging", "production")


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_server_takes_every_object_of_the_variant(variant: str, namespace: str) -> None:
    known = set(kubectl("api-resources", "--output=name").stdout.split())
    things = objects(render(VARIANTS[variant], release="zlv", namespace=namespace))
    kept = [thing for thing in things if thing["kind"] not in FOREIGN or _resource(thing) in known]
    done = kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=yaml.safe_dump_all(kept))
    assert done.stdout.count("(server dry run)") == len(kept)
    assert "Warning" not in done.stderr


def _resource(thing: Object) -> str:
    return f"{thing['kind'].lower()}s.{thing['apiVersion'].split('/')[0]}"


@pytest.mark.parametrize(
    "variant", ["default", "trial", "metabase", "metabase from releases", "everything", "any user"]
)
def test_admission_takes_every_pod_of_the_variant_without_a_warning(variant: str, namespace: str) -> None:
    for pod in pods(objects(render(VARIANTS[variant], release="zlv", namespace=namespace))):
        thing = _pod(pod.name, pod.spec)
        if "priorityClassName" in thing["spec"]:
            # The class is not there before the installation; the same pods are seen in other variants.
            continue
        kubectl(
            "create",
            "serviceaccount",
            thing["spec"].get("serviceAccountName", "default"),
            "--namespace",
            namespace,
            check=False,
        )
        done = kubectl(
            "create",
            "--dry-run=server",
            "--validate=strict",
            "--namespace",
            namespace,
            "-f",
            "-",
            text=json.dumps(thing),
        )
        assert "Warning" not in done.stderr, done.stderr


def _pod(name: str, spec: Any) -> Object:
    from kubernetes import client

    plain = client.ApiClient().sanitize_for_serialization(spec)
    plain["restartPolicy"] = plain.get("restartPolicy", "Never")
    for container in plain["containers"]:
        container["image"] = container["image"].replace(
            "{{workflow.parameters.image}}", "zlv-warehouse:latest"
        )
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"generateName": name.replace("/", "-") + "-"},
        "spec": plain,
    }


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_server_takes_an_overlay(overlay: str) -> None:
    folder = f"k8s/overlays/{overlay}"
    text = subprocess.run(
        ["kubectl", "kustomize", folder], cwd=CHART.parent.parent, capture_output=True, text=True, check=True
    ).stdout
    named = next(thing for thing in objects(text) if thing["kind"] == "Namespace")
    kubectl("apply", "-f", "-", text=yaml.safe_dump(named))
    try:
        done = kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", text=text)
        assert "Warning" not in done.stderr
    finally:
        kubectl("delete", "namespace", named["metadata"]["name"], "--wait=false")
